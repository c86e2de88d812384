package io.baton.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.baton.posix.Fd;
import io.baton.posix.OpenFlag;
import io.baton.posix.Posix;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The directory that holds a lineage's sockets, pid file and state. Whoever may write into it may give orders, so it belongs to
 * the user alone. One directory, one lineage: the supervisor holds its lock.
 */
record RuntimeDir(Path path) {
    /** sun_path without the NUL at its end; unix(7). */
    static final int MAX_SOCKET_PATH_BYTES = 107;
    /** The longest name put into the directory: the role, and a base id of 28 bits times ten plus two. */
    private static final String LONGEST_NAME = "hot_udp_parent_2684354562";

    private static final Set<PosixFilePermission> OTHERS = EnumSet.complementOf(EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE));

    /** Where the user's lineage lives when he names no directory. */
    static Path defaultPath(Map<String, String> environment) {
        String session = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        return session.isEmpty() ? Path.of("/run/baton") : Path.of(session, "baton");
    }

    /** Makes it when it is missing. */
    static RuntimeDir create(Path path) throws CliException {
        Path absolute = path.toAbsolutePath().normalize();
        int longest = absolute.resolve(LONGEST_NAME).toString().getBytes(UTF_8).length;
        if (longest > MAX_SOCKET_PATH_BYTES) {
            throw new CliException(
                    ExitCode.FAILED,
                    "runtime directory %s is %d bytes too long: a socket's path has at most %d bytes"
                            .formatted(absolute, longest - MAX_SOCKET_PATH_BYTES, MAX_SOCKET_PATH_BYTES));
        }
        try {
            Path parent = absolute.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.createDirectory(
                    absolute, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            return open(path);
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED, "cannot make runtime directory %s: %s".formatted(absolute, reason(e)), e);
        }
        return open(path);
    }

    /** One that must be there, checked. */
    static RuntimeDir open(Path path) throws CliException {
        Path absolute = path.toAbsolutePath().normalize();
        try {
            Map<String, Object> found =
                    Files.readAttributes(absolute, "unix:uid,permissions,isDirectory", NOFOLLOW_LINKS);
            Integer owner = (Integer) found.get("uid");
            if (!Boolean.TRUE.equals(found.get("isDirectory"))) {
                throw refused(absolute, "is not a directory");
            }
            int self = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            if (owner == null || owner != self) {
                throw refused(absolute, "belongs to uid %d, expected %d".formatted(owner, self));
            }
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(absolute, NOFOLLOW_LINKS);
            if (permissions.stream().anyMatch(OTHERS::contains)) {
                throw refused(
                        absolute,
                        "is open to others (%s), expected rwx------"
                                .formatted(PosixFilePermissions.toString(permissions)));
            }
        } catch (NoSuchFileException e) {
            throw new CliException(
                    ExitCode.REFUSED, "no baton runs in %s: there is no such directory".formatted(absolute), e);
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED, "cannot read runtime directory %s: %s".formatted(absolute, reason(e)), e);
        }
        return new RuntimeDir(absolute);
    }

    private static CliException refused(Path path, String why) {
        return new CliException(ExitCode.FAILED, "runtime directory %s %s".formatted(path, why));
    }

    /**
     * Makes this process the directory's one supervisor, as long as the result is open.
     *
     * @return the lock; the caller owns it
     */
    Fd lock(Posix posix) throws CliException {
        Fd file = posix.open(
                path.resolve("baton.lock").toString(), EnumSet.of(OpenFlag.READ_WRITE, OpenFlag.CREATE), 0600);
        if (posix.tryLock(file)) {
            return file;
        }
        file.close();
        throw new CliException(ExitCode.FAILED, "%s is already run by pid %s".formatted(path, readPid()));
    }

    private String readPid() {
        try {
            return Files.readString(pidFile()).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    Path pidFile() {
        return path.resolve("baton.pid");
    }

    Path controlSocket() {
        return path.resolve("control.sock");
    }

    Path notifySocket() {
        return path.resolve("notify.sock");
    }

    Path lineageFile() {
        return path.resolve("lineage.json");
    }

    /** Stays when the supervisor goes. */
    Path journal() {
        return path.resolve("journal.jsonl");
    }

    Path embeddedConfig() {
        return path.resolve("embedded.yaml");
    }

    /** What the generations' hot restart sockets are named after. */
    Path hotRestartSockets() {
        return path.resolve("hot");
    }

    /** The files by which generations claim a base id; core leaves them, since another process might wait for one. */
    List<Path> hotRestartLocks() {
        try (DirectoryStream<Path> found =
                Files.newDirectoryStream(path, hotRestartSockets().getFileName() + "_lock_*")) {
            List<Path> locks = new ArrayList<>();
            found.forEach(locks::add);
            return locks;
        } catch (IOException | DirectoryIteratorException e) {
            // They do no harm.
            return List.of();
        }
    }

    /** Whoever reads it meanwhile, or after a crash, sees the old content or the new one, never a part. */
    void replace(Path file, String content) throws IOException {
        Path next = path.resolve(file.getFileName() + ".next");
        Files.writeString(next, content);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String reason(IOException e) {
        return "%s (%s)".formatted(e.getMessage(), e.getClass().getSimpleName());
    }
}
