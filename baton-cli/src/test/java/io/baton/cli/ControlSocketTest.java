package io.baton.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.Posix;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
