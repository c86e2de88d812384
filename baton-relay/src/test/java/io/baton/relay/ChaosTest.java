package io.baton.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.posix.Errno;
import io.baton.posix.PosixException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random scripts on both sides (chunks, pauses in reading, half-close, reset) over a relay whose kernel is moody: sends that take
 * less than offered or nothing, pipes that cannot be had, splices that move little. Whatever arrives must be a prefix of what was sent,
 * and a clean end of stream may only come after all of it. The seed of a failure is in its test's name.
 */
class ChaosTest {
    private static final int CONNECTIONS = 40;
    private static final int MAX_BYTES = 3 << 20;

    /** One client in five resets. */
    private static final int CLIENT_RESETS = CONNECTIONS / 5;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whateverHappensNoByteIsLostDoubledReorderedOrMadeUp(long seed) throws Exception {
        RelayOptions options = RelayOptions.defaults()
                .withWorkers(1 + (int) (seed % 2))
                .withBufferBytes(seed % 4 < 2 ? 4096 : 64 << 10)
                .withPipeBytes(seed % 3 == 0 ? 4096 : 64 << 10);
        long before = OpenFds.pipes();
        try (Upstream upstream = new Upstream(seed % 2 == 0 ? 64 << 10 : -1);
                RelayFixture fixture = RelayFixture.relay()
                        .posix(moody(seed).posix())
                        .options(options)
                        .to(upstream.port())
                        .start()) {
            Future<Integer> servers = Traffic.async(() -> serve(upstream));
            List<Future<Side>> clients = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                long connectionSeed = seed * 1000 + i;
                clients.add(Traffic.async(() -> client(fixture, connectionSeed)));
            }
            for (Future<Side> client : clients) {
                Traffic.get(client);
            }
            // A client that resets while it is in the relay's accept queue was never there: neither the relay nor the
            // upstream sees it.
            Waits.until(() ->
                    fixture.reports.size() >= CONNECTIONS - CLIENT_RESETS && fixture.relay.activeConnections() == 0);
            Traffic.finish(upstream);
            assertThat(Traffic.get(servers)).isBetween(CONNECTIONS - CLIENT_RESETS, CONNECTIONS);
            assertThat(fixture.reports)
                    .hasSizeBetween(CONNECTIONS - CLIENT_RESETS, CONNECTIONS)
                    .allSatisfy(report -> assertThat(report.outcome())
                            .isIn(
                                    ConnectionOutcome.COMPLETED,
                                    ConnectionOutcome.CLIENT_RESET,
                                    ConnectionOutcome.UPSTREAM_RESET));
        }
        assertThat(OpenFds.pipes()).isEqualTo(before);
    }

    private static FaultyPosix moody(long seed) {
        RandomGenerator random = Traffic.random(-seed);
        return new FaultyPosix()
                .on("send", (call, arguments) -> {
                    int mood = next(random, 10);
                    int length = (int) arguments[3];
                    if (mood == 0) {
                        return -Errno.EAGAIN.number();
                    }
                    arguments[3] = mood < 3 ? 1 + next(random, length) : length;
                    return call.make(arguments);
                })
                .on("splice", (call, arguments) -> {
                    int mood = next(random, 10);
                    long length = (long) arguments[2];
                    arguments[2] = mood < 3 ? 1L + next(random, (int) length) : length;
                    return call.make(arguments);
                })
                .on("pipe", (call, arguments) -> {
                    if (next(random, 2) == 0) {
                        throw new PosixException("pipe2()", Errno.EMFILE.number());
                    }
                    return call.make(arguments);
                });
    }

    private static int next(RandomGenerator random, int bound) {
        synchronized (random) {
            return random.nextInt(bound);
        }
    }

    private static Side client(RelayFixture fixture, long seed) throws Exception {
        Socket socket = fixture.connect(seed % 3 == 0 ? 64 << 10 : -1);
        new DataOutputStream(socket.getOutputStream()).writeLong(seed);
        return new Side(socket, seed, true).play();
    }

    /** Plays the other side of all that come until {@code upstream} is closed; their number. */
    private static int serve(Upstream upstream) throws Exception {
        List<Future<Side>> sides = new ArrayList<>();
        while (true) {
            Socket socket;
            try {
                socket = upstream.accept();
            } catch (SocketTimeoutException e) {
                continue; // the clients' end is waited for elsewhere, with a bound
            } catch (SocketException e) {
                break; // closed
            }
            sides.add(Traffic.async(() -> {
                long seed;
                try {
                    seed = new DataInputStream(socket.getInputStream()).readLong();
                } catch (IOException e) {
                    socket.close(); // the client reset it before its first word
                    return new Side(socket, 0, false);
                }
                return new Side(socket, seed, false).play();
            }));
        }
        for (Future<Side> side : sides) {
            Traffic.get(side);
        }
        return sides.size();
    }

    /** One end of one connection; what it sends and how follows from the seed, so that the other end can check it. */
    private static final class Side {
        private final Socket socket;
        private final RandomGenerator mood;
        private final long sendSeed;
        private final long receiveSeed;
        private final long sends;
        private final long expects;
        private final boolean resets;
        private final boolean otherResets;

        Side(Socket socket, long seed, boolean client) {
            this.socket = socket;
            long clientSends = length(seed * 2);
            long serverSends = length(seed * 2 + 1);
            sendSeed = client ? seed * 2 : seed * 2 + 1;
            receiveSeed = client ? seed * 2 + 1 : seed * 2;
            sends = client ? clientSends : serverSends;
            expects = client ? serverSends : clientSends;
            resets = seed % 5 == (client ? 1 : 2);
            otherResets = seed % 5 == (client ? 2 : 1);
            mood = Traffic.random(~sendSeed);
        }

        private static long length(long seed) {
            RandomGenerator random = Traffic.random(seed + 99);
            return random.nextInt(4) == 0 ? random.nextInt(100) : random.nextInt(MAX_BYTES);
        }

        Side play() throws Exception {
            Future<Boolean> sent = Traffic.async(this::send);
            long missing = receive();
            boolean allSent = Traffic.get(sent);
            if (!resets && !otherResets) {
                assertThat(missing).as("missing at a clean end of stream").isZero();
                assertThat(allSent).isTrue();
            } else if (missing > 0) {
                // The kernel tells a reset once: when the writing thread was told, the reading one sees an end of
                // stream.
                assertThat(allSent)
                        .as("%d bytes missing at a clean end of stream, and all sent", missing)
                        .isFalse();
            }
            socket.close();
            return this;
        }

        /** False when reset by the other side, or by intention. */
        private boolean send() throws IOException {
            RandomGenerator bytes = Traffic.random(sendSeed);
            RandomGenerator sizes = Traffic.random(sendSeed + 7);
            long resetAt = resets ? Traffic.random(sendSeed + 13).nextLong(sends + 1) : Long.MAX_VALUE;
            int largest = sizes.nextBoolean() ? 300 : 200_000;
            try {
                OutputStream out = socket.getOutputStream();
                for (long done = 0; done < sends; ) {
                    byte[] chunk = new byte[(int) Math.min(sends - done, 1 + sizes.nextInt(largest))];
                    bytes.nextBytes(chunk);
                    out.write(chunk);
                    done += chunk.length;
                    if (done >= resetAt) {
                        Traffic.reset(socket);
                        return false;
                    }
                }
                if (resets) {
                    Traffic.reset(socket);
                    return false;
                }
                socket.shutdownOutput();
                return true;
            } catch (IOException e) {
                assertThat(resets || otherResets).as("%s", e).isTrue();
                return false;
            }
        }

        /** How much was missing at the end of stream; -1 after a reset, which needs a side that resets. */
        private long receive() throws Exception {
            PrefixCheck check = new PrefixCheck(receiveSeed, expects);
            byte[] buffer = new byte[1000 + mood.nextInt(50_000)];
            try {
                InputStream in = socket.getInputStream();
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    check.accept(buffer, read);
                    if (mood.nextInt(50) == 0) {
                        Thread.sleep(mood.nextInt(20)); // a reader that pauses now and then
                    }
                }
            } catch (IOException e) {
                assertThat(resets || otherResets).as("%s", e).isTrue();
                return -1;
            }
            return check.missing();
        }
    }

    /** Compares what comes in with what the seed says must come; the sender made it chunk by chunk. */
    private static final class PrefixCheck {
        private final RandomGenerator bytes;
        private final RandomGenerator sizes;
        private final int largest;
        private long left;
        private byte[] chunk = {};
        private int position;

        PrefixCheck(long seed, long total) {
            bytes = Traffic.random(seed);
            sizes = Traffic.random(seed + 7);
            left = total;
            largest = sizes.nextBoolean() ? 300 : 200_000;
        }

        void accept(byte[] received, int length) {
            for (int i = 0; i < length; i++) {
                if (position == chunk.length) {
                    assertThat(left).as("bytes still expected").isPositive();
                    chunk = new byte[(int) Math.min(left, 1 + sizes.nextInt(largest))];
                    bytes.nextBytes(chunk);
                    left -= chunk.length;
                    position = 0;
                }
                if (received[i] != chunk[position++]) {
                    throw new AssertionError("a byte is wrong, %d before the end".formatted(missing()));
                }
            }
        }

        long missing() {
            return left + chunk.length - position;
        }
    }
}
