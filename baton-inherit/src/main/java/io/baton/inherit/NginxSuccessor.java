package io.baton.inherit;

import io.baton.posix.ExitStatus;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.ProcessCalls;
import io.baton.posix.SocketAddress;
import io.baton.posix.SpawnRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An nginx that is started with the listening sockets of another process, as nginx starts its own successor: their numbers in the
 * variable {@code NGINX}, each followed by a semicolon. nginx neither makes them non-blocking nor calls listen(2); whoever bound them
 * must have. For one thread.
 *
 * <p>nginx closes those that its configuration does not name, and removes the path of such a UNIX socket (here it comes back when the
 * successor is not to stay). With {@code NGINX} set it
 * stays in the foreground, whatever its {@code daemon} says, so the process that is started is its master.
 */
public final class NginxSuccessor {
    private static final Path SETSID = Path.of("/usr/bin/setsid");
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    private static final Duration TERM_PATIENCE = Duration.ofSeconds(5);

    /** Its workers start one after the other, and each may serve some addresses only: wait until no more come. */
    private static final Duration SETTLED = Duration.ofMillis(300);

    private final Posix posix;
    private final long pid;
    private final List<Fd> sockets;
    private final ListenerWatch watch;
    private final KeptPaths paths;
    private boolean ended;

    private NginxSuccessor(Posix posix, long pid, List<Fd> sockets, ListenerWatch watch, KeptPaths paths) {
        this.posix = posix;
        this.pid = pid;
        this.sockets = sockets;
        this.watch = watch;
        this.paths = paths;
    }

    /**
     * Starts it, in a session of its own where setsid(1) is there.
     *
     * @param command the program, by its absolute path, and its arguments: what it is called as is what it will start itself by
     * @param environment all of it but {@code NGINX}
     * @param sockets borrowed, and needed until it serves
     * @throws InheritException when it cannot be started
     */
    public static NginxSuccessor start(
            Posix posix, List<String> command, Map<String, String> environment, List<Fd> sockets)
            throws InheritException {
        ListenerWatch watch = new ListenerWatch(sockets);
        boolean ownSession = Files.isExecutable(SETSID);
        List<String> arguments = new ArrayList<>();
        if (ownSession) {
            arguments.add(SETSID.toString()); // execs: the pid stays, and argv[0] is what follows
        }
        arguments.addAll(command);
        Map<String, String> all = new HashMap<>(environment);
        all.put("NGINX", variable(sockets.size()));
        KeptPaths paths = KeptPaths.of(sockets.stream().map(posix::localAddress).toList(), posix.pid());
        try {
            sockets.forEach(socket -> posix.setNonBlocking(socket, true));
            long pid = posix.spawn(new SpawnRequest(arguments.getFirst(), arguments, all, sockets, Optional.empty()));
            return new NginxSuccessor(posix, pid, List.copyOf(sockets), watch, paths);
        } catch (PosixException e) {
            paths.forget();
            throw new InheritException("cannot start %s: %s".formatted(command.getFirst(), e.getMessage()), e);
        }
    }

    /** {@code 3;4;5;}: the numbers that {@link SpawnRequest} gives. */
    static String variable(int sockets) {
        return IntStream.range(0, sockets)
                .mapToObj(index -> (SpawnRequest.FIRST_INHERITED + index) + ";")
                .collect(Collectors.joining());
    }

    public long pid() {
        return pid;
    }

    /**
     * Waits until it accepts from every socket.
     *
     * @return the addresses of those that it has left alone after {@code patience}; none when it has all
     * @throws InheritException when it has ended, or accepts from none after {@code patience}
     */
    public List<SocketAddress> awaitServing(Duration patience) throws InheritException {
        long deadline = System.nanoTime() + patience.toNanos();
        ProcessHandle process = ProcessHandle.of(pid).orElseThrow(() -> failed("ended at once"));
        while (true) {
            Optional<ExitStatus> status = posix.waitFor(pid, false);
            if (status.isPresent()) {
                ended = true;
                throw failed("ended before it served: " + words(status.get()));
            }
            Set<Fd> taken = watch.watchedBy(process);
            if (taken.size() == sockets.size()) {
                return List.of();
            }
            if (System.nanoTime() - deadline >= 0) {
                if (taken.isEmpty()) {
                    throw failed("accepts from none of the sockets after " + patience.toSeconds() + " s");
                }
                return sockets.stream()
                        .filter(socket -> !taken.contains(socket))
                        .map(posix::localAddress)
                        .toList();
            }
            pause(taken.isEmpty() ? LOOK_AGAIN : SETTLED);
        }
    }

    private InheritException failed(String words) {
        return new InheritException("the successor (pid %d) %s".formatted(pid, words));
    }

    private static String words(ExitStatus status) {
        return switch (status) {
            case ExitStatus.Exited(int code) -> "it exited with " + code;
            case ExitStatus.Signaled(int signal) -> "it was killed by signal " + signal;
        };
    }

    private static void pause(Duration time) throws InheritException {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InheritException("interrupted", e);
        }
    }

    /** It is what clients come to from now on: the paths that it has removed stay away. */
    public void succeed() {
        paths.forget();
    }

    /** Ends it, and what it has started: TERM, and KILL for what is left after 5 s. The paths that it has removed are there again. */
    public void end() throws InheritException {
        try {
            if (!ended && posix.waitFor(pid, false).isEmpty()) {
                endLiving();
            }
        } finally {
            ended = true;
            paths.restore();
        }
    }

    private void endLiving() throws InheritException {
        List<ProcessHandle> all = ProcessHandle.of(pid).stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .toList();
        posix.kill(pid, ProcessCalls.SIGTERM);
        long deadline = System.nanoTime() + TERM_PATIENCE.toNanos();
        while (posix.waitFor(pid, false).isEmpty()) {
            if (System.nanoTime() - deadline >= 0) {
                all.forEach(ProcessHandle::destroyForcibly);
                posix.waitFor(pid, true);
                return;
            }
            pause(LOOK_AGAIN);
        }
    }
}
