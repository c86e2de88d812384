package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EchoLoadTest {
    private static final int POSITION = 5_000;
    /** For machines that do much else. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void findsNothingWrongWithAnHonestEcho() {
        try (EchoOrigin origin = EchoOrigin.start();
                EchoLoad load = EchoLoad.start(
                        EchoPlan.wholeRun(origin.address(), 10).withChunks(10_000, Duration.ofMillis(5)))) {
            await().atMost(PATIENCE).until(() -> load.progress().bytesChecked() > 2_000_000);
            assertThat(load.progress().openStreams()).isEqualTo(10);
            EchoResult result = load.stop();
            assertThat(result.isClean()).as("%s", result.failures()).isTrue();
            assertThat(result.complete()).isEqualTo(10);
        }
    }

    @Test
    void rotatesStreamsAndGetsEachEndBack() {
        try (EchoOrigin origin = EchoOrigin.start();
                EchoLoad load =
                        EchoLoad.start(EchoPlan.wholeRun(origin.address(), 5).withLifetime(Duration.ofMillis(200)))) {
            await().atMost(PATIENCE).until(() -> load.progress().bytesChecked() > 500_000);
            EchoResult result = load.stop();
            assertThat(result.isClean()).as("%s", result.failures()).isTrue();
            assertThat(result.begun()).isGreaterThan(10);
        }
    }

    @Test
    void seesAFlippedBit() throws Exception {
        assertCause(FailureCause.WRONG_BYTES, "byte 5,000 is 0x", (bytes, from, length, out) -> {
            bytes[at(from, length)] ^= 0x10;
            out.write(bytes, 0, length);
        });
    }

    @Test
    void seesALostByte() throws Exception {
        assertCause(FailureCause.WRONG_BYTES, "byte ", (bytes, from, length, out) -> {
            int lost = at(from, length);
            out.write(bytes, 0, lost);
            out.write(bytes, lost + 1, length - lost - 1);
        });
    }

    @Test
    void seesADoubledByte() throws Exception {
        assertCause(FailureCause.WRONG_BYTES, "byte ", (bytes, from, length, out) -> {
            int doubled = at(from, length);
            out.write(bytes, 0, doubled + 1);
            out.write(bytes, doubled, length - doubled);
        });
    }

    @Test
    void seesALostLastByteAtTheEnd() throws Exception {
        try (BadServer server = new BadServer(socket -> {
                    byte[] all = socket.getInputStream().readAllBytes();
                    socket.getOutputStream().write(all, 0, all.length - 1);
                });
                EchoLoad load =
                        EchoLoad.start(EchoPlan.wholeRun(server.address(), 1).withLifetime(Duration.ofMillis(200)))) {
            await().atMost(PATIENCE).until(() -> load.progress().failed() > 0);
            assertThat(load.stop().failures().of(FailureCause.CUT)).isPositive();
        }
    }

    @Test
    void seesACut() throws Exception {
        assertCause(FailureCause.CUT, "after ", (bytes, _, length, out) -> {
            out.write(bytes, 0, length);
            out.close();
        });
    }

    @Test
    void seesAReset() throws Exception {
        try (BadServer server = new BadServer(socket -> {
                    socket.getInputStream().readNBytes(POSITION);
                    BadServer.reset(socket);
                });
                EchoLoad load = EchoLoad.start(EchoPlan.wholeRun(server.address(), 2))) {
            await().atMost(PATIENCE).until(() -> load.progress().failed() > 0);
            EchoResult result = load.stop();
            assertThat(result.failures().of(FailureCause.RESET)).isPositive();
            assertThat(result.failures().cut()).isEqualTo(result.failures().total());
        }
    }

    @Test
    void seesAStallAndItsLength() throws Exception {
        try (BadServer server = new BadServer(socket -> {
                    byte[] some = socket.getInputStream().readNBytes(POSITION);
                    Thread.sleep(300); // the stall under test
                    socket.getOutputStream().write(some);
                    socket.getInputStream().transferTo(socket.getOutputStream());
                });
                EchoLoad load = EchoLoad.start(EchoPlan.wholeRun(server.address(), 1))) {
            await().atMost(PATIENCE).until(() -> load.progress().bytesChecked() > POSITION);
            EchoResult result = load.stop();
            assertThat(result.isClean()).as("%s", result.failures()).isTrue();
            assertThat(result.worstPauseMicros()).isGreaterThanOrEqualTo(300_000);
        }
    }

    @Test
    void givesUpOnBytesThatNeverCome() throws Exception {
        try (BadServer server = new BadServer(socket -> socket.getInputStream().readAllBytes());
                EchoLoad load =
                        EchoLoad.start(EchoPlan.wholeRun(server.address(), 2).withTimeout(Duration.ofMillis(300)))) {
            await().atMost(PATIENCE).until(() -> load.progress().failed() >= 2);
            EchoResult result = load.stop();
            assertThat(result.failures().of(FailureCause.TIMEOUT)).isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void countsRefusedConnectsWithoutSpinning() throws Exception {
        InetSocketAddress nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            nobody = (InetSocketAddress) socket.getLocalSocketAddress();
        }
        try (EchoLoad load = EchoLoad.start(EchoPlan.wholeRun(nobody, 3))) {
            await().atMost(PATIENCE).until(() -> load.progress().failed() >= 6);
            EchoResult result = load.stop();
            assertThat(result.failures().of(FailureCause.CONNECT_REFUSED)).isEqualTo(result.begun());
            assertThat(result.begun()).isLessThan(1_000);
        }
    }

    @FunctionalInterface
    private interface Harm {
        /** Writes the {@code length} bytes that begin at {@code from} and include {@link #POSITION}, harmed. */
        void write(byte[] bytes, long from, int length, OutputStream out) throws Exception;
    }

    private static int at(long from, int length) {
        int index = (int) (POSITION - from);
        assertThat(index).isBetween(0, length - 1);
        return index;
    }

    private static void assertCause(FailureCause cause, String example, Harm harm) throws Exception {
        try (BadServer server = new BadServer(socket -> echoButHarm(socket, harm));
                EchoLoad load = EchoLoad.start(EchoPlan.wholeRun(server.address(), 1))) {
            await().atMost(PATIENCE).until(() -> load.progress().failed() > 0);
            EchoResult result = load.stop();
            assertThat(result.failures().byCause()).containsOnlyKeys(cause);
            assertThat(result.failures().toString()).contains("stream 0 from", example);
        }
    }

    private static void echoButHarm(Socket socket, Harm harm) throws Exception {
        InputStream in = socket.getInputStream();
        byte[] bytes = new byte[16 * 1024];
        long position = 0;
        int length = in.read(bytes);
        while (length > 0) {
            if (position <= POSITION && POSITION < position + length) {
                harm.write(bytes, position, length, socket.getOutputStream());
            } else {
                socket.getOutputStream().write(bytes, 0, length);
            }
            position += length;
            length = in.read(bytes);
        }
    }
}
