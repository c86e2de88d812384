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
    private ExecProgram() {}

    public static void main(String[] arguments) throws IOException {
        Posix posix = Posix.linux();
        Fd file = posix.open(arguments[0], Set.of(OpenFlag.READ_ONLY), 0);
        List<String> command = List.of(arguments).subList(1, arguments.length);
        String before = openFiles();
        Set<Integer> mask = posix.blockedSignals();
        try {
            throw posix.execute(
                    new SpawnRequest(command.getFirst(), command, Map.of(), List.of(file), Optional.empty()));
        } catch (PosixException failure) {
            System.out.println(failure.getMessage());
            System.out.println("fds unchanged: " + before.equals(openFiles()));
            System.out.println("mask unchanged: " + mask.equals(posix.blockedSignals()));
        }
    }

    /** What each of the first fds is. */
    private static String openFiles() throws IOException {
        StringBuilder files = new StringBuilder();
        for (int fd = 0; fd < 10; fd++) {
            Path link = Path.of("/proc/self/fd/" + fd);
            if (Files.isSymbolicLink(link)) {
                files.append(fd)
                        .append(' ')
                        .append(Files.readSymbolicLink(link))
                        .append(' ')
                        .append(LinuxFiles.descriptorFlags(fd))
                        .append('\n');
            }
        }
        return files.toString();
    }
}
