package io.baton.bench;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** nginx or HAProxy: a master that forks workers, and again when it is told to reload. */
final class ForkedPeer implements RunningPeer {
    /** Reloads it: a command, or a signal. */
    @FunctionalInterface
    interface Reload {
        void run(long masterPid) throws BenchException;
    }

    private static final Duration START_DEADLINE = Duration.ofSeconds(10);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int MAX_OUTPUT_LINES = 50;

    private final String name;
    private final Process master;
    private final Reload reload;
    private final Deque<String> output = new ArrayDeque<>();

    private ForkedPeer(String name, List<String> command, Reload reload) throws BenchException {
        this.name = name;
        this.master = Command.start(command);
        this.reload = reload;
        Command.readLines(master, this::keep);
    }

    /** Starts it and waits until each of its listeners accepts. */
    static ForkedPeer start(String name, List<String> command, List<Route> routes, Reload reload, Scene scene)
            throws BenchException {
        ForkedPeer peer = scene.add(new ForkedPeer(name, command, reload));
        for (Route route : routes) {
            peer.awaitAccepting(route);
        }
        return peer;
    }

    private synchronized void keep(String line) {
        if (output.size() == MAX_OUTPUT_LINES) {
            output.removeFirst();
        }
        output.addLast(line);
    }

    private synchronized String said() {
        return String.join("\n", output);
    }

    private void awaitAccepting(Route route) throws BenchException {
        long deadline = System.nanoTime() + START_DEADLINE.toNanos();
        while (master.isAlive() && System.nanoTime() < deadline) {
            try (Socket socket = new Socket()) {
                socket.connect(route.listen(), 1_000);
                return;
            } catch (IOException _) {
                WarmUp.sleep(Duration.ofMillis(20));
            }
        }
        throw new BenchException(
                "%s does not accept on %s; it said:%n%s".formatted(name, Loopback.text(route.listen()), said()));
    }

    @Override
    public Set<Long> pids() {
        Set<Long> pids = new LinkedHashSet<>(ProcFs.descendants(master.pid()));
        pids.add(master.pid());
        return pids;
    }

    @Override
    public Restart restart() throws BenchException {
        Set<Long> old = ProcFs.descendants(master.pid());
        long asked = System.nanoTime();
        reload.run(master.pid());
        long done = System.nanoTime();
        long seen = awaitNewWorker(old);
        return new Restart(asked, seen, seen, done, GoneWatch.whenGone(old));
    }

    /** These masters do not say when a worker is ready; it accepts within milliseconds of being there. */
    private long awaitNewWorker(Set<Long> old) throws BenchException {
        long deadline = System.nanoTime() + START_DEADLINE.toNanos();
        while (System.nanoTime() < deadline) {
            for (long pid : ProcFs.descendants(master.pid())) {
                if (!old.contains(pid) && ProcFs.isAlive(pid)) {
                    return System.nanoTime();
                }
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        throw new BenchException("%s has no new worker after its reload; it said:%n%s".formatted(name, said()));
    }

    /** TERM is a fast shutdown for both. */
    @Override
    public void close() {
        Set<Long> all = pids();
        master.destroy();
        try {
            if (!master.waitFor(3, TimeUnit.SECONDS)) {
                master.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            master.destroyForcibly();
        }
        for (long pid : all) {
            ProcessHandle.of(pid)
                    .filter(_ -> ProcFs.commandLine(pid).contains(name))
                    .ifPresent(ProcessHandle::destroyForcibly);
        }
    }
}
