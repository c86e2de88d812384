package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.ReceivedMessage;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketOption;
import io.baton.posix.SocketType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A notify socket as systemd has one: hears everything, knows the sender of each message from the kernel, and keeps what fds it is given. */
final class NotifyListener implements AutoCloseable {
    private static final Posix POSIX = Posix.linux();
    private static final int MAX_BYTES = 8192;

    private final Path path;
    private final Fd socket = POSIX.socket(SocketFamily.UNIX, SocketType.DATAGRAM, true);
    private final Fd stop = POSIX.eventFd();
    private final List<Message> messages = new CopyOnWriteArrayList<>();
    private final Map<String, Fd> store = new ConcurrentHashMap<>();
    private final Thread thread;

    /** Lines of {@code NAME=value}. */
    record Message(long pid, List<String> lines) {
        boolean says(String line) {
            return lines.contains(line);
        }

        /** What follows the name. */
        String value(String name) {
            return lines.stream()
                    .filter(line -> line.startsWith(name + "="))
                    .map(line -> line.substring(name.length() + 1))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no %s in %s".formatted(name, this)));
        }
    }

    NotifyListener(Path path) {
        this.path = path;
        POSIX.bind(socket, new SocketAddress.UnixPath(path.toString()));
        POSIX.setSocketOption(socket, SocketOption.SO_PASSCRED, 1);
        this.thread = Thread.ofPlatform().daemon().start(this::run);
    }

    private void run() {
        while (!POSIX.awaitReadable(List.of(stop, socket), Duration.ofMinutes(1))
                .get(0)) {
            POSIX.receiveMessage(socket, MAX_BYTES, 8).ifPresent(this::received);
        }
    }

    private void received(ReceivedMessage received) {
        Message message = new Message(
                received.sender().orElseThrow().pid(),
                new String(received.payload(), UTF_8).lines().toList());
        if (message.says("FDSTORE=1")) {
            keep(message.value("FDNAME"), received.fds());
        } else if (message.says("FDSTOREREMOVE=1")) {
            Fd gone = store.remove(message.value("FDNAME"));
            if (gone != null) {
                gone.close();
            }
        }
        messages.add(message);
    }

    /** What is there already is not stored again. */
    private void keep(String name, List<Fd> fds) {
        fds.forEach(fd -> {
            if (store.putIfAbsent(name, fd) != null) {
                fd.close();
            }
        });
    }

    Path path() {
        return path;
    }

    /** By their names; they stay this one's. */
    Map<String, Fd> store() {
        return Map.copyOf(store);
    }

    /** All of one process so far. */
    List<Message> of(long pid) {
        return messages.stream().filter(message -> message.pid() == pid).toList();
    }

    /** The first of one process behind {@code after} messages of it that is as wanted, once there is one. */
    Message await(long pid, int after, Predicate<Message> wanted) {
        List<Message> found = new ArrayList<>();
        org.awaitility.Awaitility.await("a message of pid %d".formatted(pid))
                .atMost(BatonProcess.PATIENCE)
                .until(() -> {
                    of(pid).stream().skip(after).filter(wanted).findFirst().ifPresent(found::add);
                    return !found.isEmpty();
                });
        return found.getFirst();
    }

    @Override
    public void close() {
        POSIX.signalEvent(stop);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        socket.close();
        stop.close();
        store.values().forEach(Fd::close);
    }
}
