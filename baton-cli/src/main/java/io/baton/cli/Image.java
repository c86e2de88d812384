package io.baton.cli;

import io.baton.inherit.Variables;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.ProcessCalls;
import io.baton.posix.SpawnRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How the image of this process was started, and how another one is put in its place: the same arguments, the same environment less what
 * was meant for this start only.
 *
 * @param program the launcher, by the path that it was called by: what a symbolic link in it means may change, and is meant to
 * @param arguments without argv[0]
 */
record Image(String program, List<String> arguments, Map<String, String> environment) {
    /** The launcher's own path, as it was called; it says so itself. */
    private static final String LAUNCHER = "BATON_LAUNCHER";

    /** Between two images nobody handles them, and each would end the process. They wait. */
    private static final Set<Integer> WAITING = Set.of(
            ProcessCalls.SIGHUP,
            ProcessCalls.SIGINT,
            ProcessCalls.SIGQUIT,
            ProcessCalls.SIGUSR1,
            ProcessCalls.SIGUSR2,
            ProcessCalls.SIGTERM,
            ProcessCalls.SIGWINCH);

    Image {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }

    static Image current(List<String> arguments, Map<String, String> environment) throws CliException {
        String launcher = environment.get(LAUNCHER);
        return new Image(
                launcher == null
                        ? LaunchPlan.launcher(Distribution.current(environment)).toString()
                        : launcher,
                arguments,
                environment);
    }

    /** One that is started by another launcher. */
    Image by(String launcher) {
        return new Image(launcher, arguments, environment);
    }

    /**
     * Puts it in this image's place; returns only by throwing, and this image then goes on as it was.
     *
     * @param fds that keep their numbers, {@code belongings} not among them
     * @param variable what {@link InPlaceArrival#VARIABLE} is to be
     */
    PosixException replaceCurrent(Posix posix, List<Fd> fds, Fd belongings, String variable) {
        Map<String, String> its = new HashMap<>(environment);
        Variables.removeFrom(its); // they name fds of the first image; this one's sockets come with the belongings
        ExecEnvironment.removeFrom(its);
        its.put(InPlaceArrival.VARIABLE, variable);
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(arguments);
        List<Fd> kept = new ArrayList<>(fds);
        kept.add(belongings);
        Set<Integer> before = posix.blockedSignals();
        posix.setBlockedSignals(WAITING);
        try {
            throw posix.executeInPlace(new SpawnRequest(program, command, its, kept, Optional.empty()));
        } finally {
            posix.setBlockedSignals(before);
        }
    }
}
