package io.baton.inherit;

import io.baton.posix.Fd;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Who waits for connections on which sockets, as the kernel tells it: {@code /proc/PID/fdinfo} of an epoll names the inode of each
 * file in it (proc(5), Linux 4.14). So a successor need not be taken at its word, nor at its pid file.
 */
final class ListenerWatch {
    private static final Path PROC = Path.of("/proc");
    private static final Pattern IN_EPOLL = Pattern.compile("^tfd:.* ino:([0-9a-f]+) ");
    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");
    private static final String EPOLL = "anon_inode:[eventpoll]";

    private final Map<Long, Fd> byInode = new LinkedHashMap<>();

    /** @param sockets of this process, and borrowed only while this runs */
    ListenerWatch(List<Fd> sockets) throws InheritException {
        for (Fd socket : sockets) {
            try {
                Matcher target = SOCKET.matcher(Files.readSymbolicLink(PROC.resolve("self/fd/" + socket.number()))
                        .toString());
                if (target.matches()) {
                    byInode.put(Long.valueOf(target.group(1)), socket);
                }
            } catch (IOException e) {
                throw new InheritException("cannot tell who accepts from which socket without /proc: " + e, e);
            }
        }
    }

    /** Those of the sockets that {@code process} or one of its descendants has in an epoll. */
    Set<Fd> watchedBy(ProcessHandle process) {
        Set<Fd> watched = new HashSet<>();
        Stream.concat(Stream.of(process), process.descendants()).forEach(each -> {
            for (long inode : inEpolls(each.pid())) {
                Fd socket = byInode.get(inode);
                if (socket != null) {
                    watched.add(socket);
                }
            }
        });
        return watched;
    }

    private static Set<Long> inEpolls(long pid) {
        Set<Long> inodes = new HashSet<>();
        Path directory = PROC.resolve(Long.toString(pid));
        try (DirectoryStream<Path> fds = Files.newDirectoryStream(directory.resolve("fd"))) {
            for (Path fd : fds) {
                if (isEpoll(fd)) {
                    Files.readAllLines(directory.resolve("fdinfo").resolve(fd.getFileName()))
                            .forEach(line -> {
                                Matcher entry = IN_EPOLL.matcher(line);
                                if (entry.find()) {
                                    inodes.add(Long.parseLong(entry.group(1), 16));
                                }
                            });
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            // It has ended meanwhile, or is another user's: then nothing is known of it.
            return inodes;
        }
        return inodes;
    }

    private static boolean isEpoll(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString().equals(EPOLL);
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
