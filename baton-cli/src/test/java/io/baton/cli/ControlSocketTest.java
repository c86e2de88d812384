package io.baton.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.Posix;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlSocketTest {
    private final Posix posix = Posix.linux();

    private final RuntimeDir directory;

    ControlSocketTest(@TempDir Path temp) throws CliException {
        directory = RuntimeDir.create(temp.resolve("r"));
    }

    @Test
    void tellsProgressAndThenTheResult() throws Exception {
        ControlServer.Handler handler = (request, connection) -> {
            assertThat(request).isEqualTo(new ControlRequest.Upgrade(Optional.empty(), Optional.empty()));
            assertThat(connection.peer().pid())
                    .isEqualTo(ProcessHandle.current().pid());
            connection.reply(new ControlReply.Progress("one"));
            connection.reply(new ControlReply.Progress("two"));
            connection.reply(new ControlReply.Done("three"));
        };
        try (ControlServer _ = new ControlServer(posix, directory.controlSocket(), handler);
                ControlClient client = ControlClient.connect(directory)) {
            List<String> progress = new ArrayList<>();

            ControlReply reply =
                    client.ask(new ControlRequest.Upgrade(Optional.empty(), Optional.empty()), progress::add);

            assertThat(progress).containsExactly("one", "two");
            assertThat(reply).isEqualTo(new ControlReply.Done("three"));
        }
    }

    @Test
    void carriesALongStatus() throws Exception {
        List<String> many = Collections.nCopies(1000, "a generation of the status");
        ControlServer.Handler handler =
                (request, connection) -> connection.reply(new ControlReply.Report(Map.of("generations", many)));
        try (ControlServer _ = new ControlServer(posix, directory.controlSocket(), handler);
                ControlClient client = ControlClient.connect(directory)) {
            assertThat(client.ask(new ControlRequest.Status(), line -> {}))
                    .isEqualTo(new ControlReply.Report(Map.of("generations", many)));
        }
    }

    @Test
    void isForItsUserAlone() throws Exception {
        try (ControlServer _ = new ControlServer(posix, directory.controlSocket(), (request, connection) -> {})) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.controlSocket())))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void answersNonsenseWithARefusal() throws Exception {
        try (ControlServer _ = new ControlServer(posix, directory.controlSocket(), (request, connection) -> {})) {
            assertThat(raw("what?\n")).contains("refused").contains("not JSON");
            String tooLong = raw("x".repeat(Json.MAX_LENGTH + 10) + "\n");
            assertThat(tooLong.isEmpty() ? "refused" : tooLong).contains("refused");
        }
    }

    @Test
    void aClientThatHangsUpHarmsNobody() throws Exception {
        ControlServer.Handler handler = (request, connection) -> connection.reply(new ControlReply.Done("still here"));
        try (ControlServer _ = new ControlServer(posix, directory.controlSocket(), handler)) {
            try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(directory.controlSocket()))) {
                channel.write(ByteBuffer.wrap("{\"comm".getBytes(UTF_8)));
            }
            try (ControlClient client = ControlClient.connect(directory)) {
                assertThat(client.ask(new ControlRequest.Status(), line -> {}))
                        .isEqualTo(new ControlReply.Done("still here"));
            }
        }
    }

    @Test
    void replacesTheSocketOfADeadSupervisor() throws Exception {
        Files.createFile(directory.controlSocket());
        ControlServer.Handler handler = (request, connection) -> connection.reply(new ControlReply.Done("new"));
        try (ControlServer _ = new ControlServer(posix, directory.controlSocket(), handler);
                ControlClient client = ControlClient.connect(directory)) {
            assertThat(client.ask(new ControlRequest.Status(), line -> {})).isEqualTo(new ControlReply.Done("new"));
        }
    }

    @Test
    void whoIsTurnedAwayIsToldWhyAndNotThatNobodyIsThere() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        ControlServer.Handler handler = (request, connection) -> {
            connection.reply(new ControlReply.Progress("under way"));
            await(end);
            connection.reply(new ControlReply.Done("at last"));
        };
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
        try (ControlServer _ = new ControlServer(posix, directory.controlSocket(), handler)) {
            CountDownLatch underWay = new CountDownLatch(ControlServer.MAX_CONNECTIONS);
            List<Future<ControlReply>> served = new ArrayList<>();
            for (int i = 0; i < ControlServer.MAX_CONNECTIONS; i++) {
                served.add(clients.submit(() -> ask(line -> underWay.countDown())));
            }
            await(underWay);

            assertThat(ask(line -> {})).isEqualTo(new ControlReply.Refused("32 commands are being served, try again"));

            end.countDown();
            for (Future<ControlReply> reply : served) {
                assertThat(reply.get()).isEqualTo(new ControlReply.Done("at last"));
            }
        } finally {
            end.countDown();
            clients.close();
        }
    }

    private ControlReply ask(Consumer<String> progress) throws CliException {
        try (ControlClient client = ControlClient.connect(directory)) {
            return client.ask(new ControlRequest.Status(), progress);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aReasonGivenBeforeTheRequestCouldBeSentIsHeard() throws Exception {
        try (ServerSocketChannel hasty = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            hasty.bind(UnixDomainSocketAddress.of(directory.controlSocket()));
            try (ControlClient client = ControlClient.connect(directory)) {
                ControlReply reason = new ControlReply.Refused("no request within 5 s");
                try (SocketChannel accepted = hasty.accept()) {
                    accepted.write(UTF_8.encode(reason.encode() + "\n"));
                }

                assertThat(client.ask(new ControlRequest.Status(), line -> {})).isEqualTo(reason);
            }
            try (ControlClient client = ControlClient.connect(directory)) {
                hasty.accept().close();

                assertThatThrownBy(() -> client.ask(new ControlRequest.Status(), line -> {}))
                        .isInstanceOf(CliException.class)
                        .hasMessageStartingWith("the supervisor is gone: ");
            }
        }
    }

    @Test
    void withoutASupervisorTheClientSaysSo() {
        assertThatThrownBy(() -> ControlClient.connect(directory))
                .isInstanceOfSatisfying(
                        CliException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.REFUSED))
                .hasMessageStartingWith("no baton runs in ");
    }

    /** What comes back; empty when the server resets the connection instead. */
    private String raw(String request) throws Exception {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(directory.controlSocket()))) {
            ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
