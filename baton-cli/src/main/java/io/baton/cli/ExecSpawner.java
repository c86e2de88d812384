package io.baton.cli;

import io.baton.HandoverPace;
import io.baton.HotRestart;
import io.baton.ListenerSocket;
import io.baton.StartedChild;
import io.baton.inherit.Variables;
import io.baton.posix.ExitStatus;
import io.baton.posix.Fd;
import io.baton.posix.FdPair;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketType;
import io.baton.posix.SpawnRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Starts the next process as nginx does: by the path and the arguments that this one was started with, so that an exchanged build is what
 * starts, and with the listening sockets and the handover channel inherited by number.
 */
final class ExecSpawner {
    /** Set by the launcher: itself, as it was called, symbolic links and all. */
    private static final String LAUNCHER = "BATON_LAUNCHER";

    private final Posix posix;
    private final HotRestart hotRestart;
    private final List<String> arguments;
    private final StartNiceness niceness;
    private final Map<String, String> environment;

    ExecSpawner(
            Posix posix,
            HotRestart hotRestart,
            List<String> arguments,
            StartNiceness niceness,
            Map<String, String> environment) {
        this.posix = posix;
        this.hotRestart = hotRestart;
        this.arguments = arguments;
        this.niceness = niceness;
        this.environment = environment;
    }

    Path launcher() {
        String called = environment.getOrDefault(LAUNCHER, "");
        return called.isEmpty()
                ? LaunchPlan.launcher(Path.of(environment.getOrDefault("BATON_HOME", "/")))
                : Path.of(called);
    }

    /**
     * @param manual whether connections wait for somebody to say so
     * @return the pid of the child, which is for {@link #await} to reap
     * @throws CliException when there is none
     */
    long start(boolean manual) throws CliException {
        List<ListenerSocket> sockets = hotRestart.listeners().all();
        List<Fd> passed = new ArrayList<>();
        sockets.forEach(socket -> passed.add(socket.fd()));
        try {
            FdPair channel = posix.socketPair(SocketType.SEQPACKET);
            try (Fd theirs = channel.second()) {
                passed.add(theirs);
                long pid = posix.spawn(request(passed, sockets, manual));
                niceness.lowerChild(pid);
                hotRestart.expect(
                        new StartedChild(pid, channel.first(), manual ? HandoverPace.HOLD : HandoverPace.COMMIT));
                return pid;
            } catch (RuntimeException e) {
                channel.first().close();
                throw e;
            }
        } catch (PosixException e) {
            throw new CliException(ExitCode.FAILED, "cannot start %s: %s".formatted(launcher(), e.getMessage()), e);
        }
    }

    private SpawnRequest request(List<Fd> passed, List<ListenerSocket> sockets, boolean manual) {
        List<String> command = new ArrayList<>(List.of(launcher().toString()));
        command.addAll(arguments);
        Map<String, String> variables = new HashMap<>(environment);
        Variables.removeFrom(variables); // what others have left to this process, and nobody to its child
        variables.remove("BATON_AOT_OUTPUT"); // a training run trains itself alone
        variables.putAll(
                ExecEnvironment.of(sockets, posix.pid(), hotRestart.epoch().next(), hotRestart.baseId(), manual));
        variables.putAll(niceness.forChild());
        variables.put("JAVA_HOME", System.getProperty("java.home")); // ours will do, wherever PATH points
        variables.putIfAbsent(
                "PATH", "/usr/local/bin:/usr/bin:/bin"); // the launcher's; one that nginx has started has none
        return new SpawnRequest(launcher().toString(), command, variables, passed, Optional.empty());
    }

    /** Waits for the end of a child, and says in words how it ended. */
    String await(long pid) {
        try {
            return switch (posix.waitFor(pid, true).orElseThrow()) {
                case ExitStatus.Exited(int code) -> "exited with " + code;
                case ExitStatus.Signaled(int signal) -> "was killed by signal " + signal;
            };
        } catch (PosixException e) {
            return "ended (" + e.getMessage() + ")";
        }
    }
}
