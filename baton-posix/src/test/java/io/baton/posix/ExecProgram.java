package io.baton.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A program that replaces itself by the program its arguments name, which gets as fd 3 the file named first; when it cannot, it tells
 * why, and whether it is still what it was.
 */
final class ExecProgram {
    static final String IN_PLACE = "in-place";

    /** What the file's number is when it is kept. */
    static final int HIGH = 200;

    private ExecProgram() {}

    public static void main(String[] arguments) throws IOException {
        Posix posix = Posix.linux();
        Fd file = posix.open(arguments[0], Set.of(OpenFlag.READ_ONLY), 0);
        boolean inPlace = arguments[1].equals(IN_PLACE);
        List<String> command = List.of(arguments).subList(inPlace ? 2 : 1, arguments.length);
        String before = openFiles(!inPlace);
        Set<Integer> mask = posix.blockedSignals();
        try {
            throw inPlace ? inPlace(posix, file, command) : posix.execute(request(command, file));
        } catch (PosixException failure) {
            System.out.println(failure.getMessage());
            System.out.println("fds unchanged: " + before.equals(openFiles(!inPlace)));
            System.out.println("mask unchanged: " + mask.equals(posix.blockedSignals()));
        }
    }

    private static PosixException inPlace(Posix posix, Fd file, List<String> command) {
        try (Fd high = posix.duplicate(file, HIGH)) {
            Set<Integer> mask = posix.blockedSignals();
            posix.setBlockedSignals(Set.of(ProcessCalls.SIGUSR2));
            try {
                return posix.executeInPlace(request(command, high));
            } finally {
                posix.setBlockedSignals(mask);
            }
        }
    }

    private static SpawnRequest request(List<String> command, Fd file) {
        return new SpawnRequest(command.getFirst(), command, Map.of(), List.of(file), Optional.empty());
    }

    /** What each of the first fds is. */
    private static String openFiles(boolean withFlags) throws IOException {
        StringBuilder files = new StringBuilder();
        for (int fd = 0; fd < 10; fd++) {
            Path link = Path.of("/proc/self/fd/" + fd);
            if (Files.isSymbolicLink(link)) {
                files.append(fd)
                        .append(' ')
                        .append(Files.readSymbolicLink(link))
                        .append(' ')
                        .append(withFlags ? LinuxFiles.descriptorFlags(fd) : 0)
                        .append('\n');
            }
        }
        return files.toString();
    }
}
