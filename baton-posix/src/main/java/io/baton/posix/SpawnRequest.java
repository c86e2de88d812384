package io.baton.posix;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program to start.
 *
 * @param path the executable, not searched for in PATH
 * @param arguments argv, with argv[0]
 * @param environment all of it
 * @param inherited fds of this process the program gets, as numbers 3, 4, … in this order
 * @param standardStreams what the program's 0, 1 and 2 are; empty to share ours
 */
public record SpawnRequest(
        String path,
        List<String> arguments,
        Map<String, String> environment,
        List<Fd> inherited,
        Optional<StandardStreams> standardStreams) {

    /** The program's number for the first inherited fd: the one after standard input, output and error. */
    public static final int FIRST_INHERITED = 3;

    public SpawnRequest {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        inherited = List.copyOf(inherited);
    }

    /** Duplicated into the child; still owned by the caller. */
    public record StandardStreams(Fd input, Fd output, Fd error) {}
}
