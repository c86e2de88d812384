package io.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.baton.posix.Posix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotifySocketTest {
    private record Received(long pid, NotifyMessage message) {}

    private final Posix posix = Posix.linux();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before each test
    private Path temp;

    @Test
    void theKernelSaysWhoSpeaks() throws Exception {
        BlockingQueue<Received> received = new LinkedBlockingQueue<>();
        Path path = temp.resolve("n");
        try (NotifySocket _ =
                        new NotifySocket(posix, path, (pid, message) -> received.add(new Received(pid, message)));
                Notifier notifier = Notifier.fromEnvironment(posix, Map.of("NOTIFY_SOCKET", path.toString()))) {
            notifier.send(NotifyMessage.of("READY", "1"));

            assertThat(received.poll(10, TimeUnit.SECONDS))
                    .isEqualTo(new Received(ProcessHandle.current().pid(), NotifyMessage.of("READY", "1")));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void whatWasSentHasBeenReceivedOnceItIsAskedFor() throws Exception {
        BlockingQueue<NotifyMessage> received = new LinkedBlockingQueue<>();
        Path path = temp.resolve("n");
        try (NotifySocket socket = new NotifySocket(posix, path, (_, message) -> received.add(message));
                Notifier notifier = Notifier.fromEnvironment(posix, Map.of("NOTIFY_SOCKET", path.toString()))) {
            for (int i = 0; i < 500; i++) {
                notifier.send(NotifyMessage.of("READY", Integer.toString(i)));
                socket.receiveAll();
                assertThat(received.poll()).isEqualTo(NotifyMessage.of("READY", Integer.toString(i)));
            }
        }
    }

    @Test
    void speaksToAbstractNamesAsSystemdUsesThem() {
        try (Notifier notifier =
                Notifier.fromEnvironment(posix, Map.of("NOTIFY_SOCKET", "@baton-nobody-listens-here"))) {
            assertThatCode(() -> notifier.send(NotifyMessage.of("READY", "1"))).doesNotThrowAnyException();
        }
    }

    @Test
    void knowsWhenNobodyHasTakenIt() {
        Map<String, String> environment =
                Map.of("NOTIFY_SOCKET", temp.resolve("nobody").toString());
        try (Notifier notifier = Notifier.fromEnvironment(posix, environment)) {
            assertThat(notifier.send(NotifyMessage.of("READY", "1"))).isFalse();
        }
    }

    @Test
    void withoutASupervisorItIsSilent() {
        try (Notifier notifier = Notifier.fromEnvironment(posix, Map.of())) {
            assertThatCode(() -> notifier.send(NotifyMessage.of("READY", "1"))).doesNotThrowAnyException();
        }
    }
}
