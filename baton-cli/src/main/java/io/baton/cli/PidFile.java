package io.baton.cli;

import io.baton.posix.Fd;
import io.baton.posix.OpenFlag;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that names this process, as nginx's does: {@code FILE}, or {@code FILE.oldbin} while a new process takes over. The file is locked
 * as long as its process lives, so a number that another process has got since is not mistaken for a Baton. Thread-safe.
 */
final class PidFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PidFile.class);
    private static final int MODE = 0644;
    private static final int MAX_CHARACTERS = 20;

    private final Posix posix;
    private final Path path;
    private final Path old;
    private @Nullable Fd lock;

    private PidFile(Posix posix, Path path) {
        this.posix = posix;
        this.path = path;
        this.old = path.resolveSibling(path.getFileName() + ".oldbin");
    }

    /**
     * Looks whether the file can be written, and writes nothing yet.
     *
     * @throws CliException when it names a Baton that lives, or its directory cannot be written to
     */
    static PidFile at(Posix posix, Path path) throws CliException {
        PidFile file = new PidFile(posix, path);
        Path directory = path.getParent();
        if (directory == null || !Files.isDirectory(directory) || !Files.isWritable(directory)) {
            throw new CliException(
                    ExitCode.FAILED,
                    "pid file %s: %s is no directory that this user can write to".formatted(path, directory));
        }
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new CliException(ExitCode.FAILED, "pid file %s is no regular file".formatted(path));
        }
        if (file.isHeld(path)) {
            throw new CliException(
                    ExitCode.FAILED,
                    "pid file %s is that of process %s, which lives: stop it, or choose another --pid-path"
                            .formatted(path, file.pidIn(path).orElse("(unreadable)")));
        }
        file.pidIn(path).ifPresent(pid -> LOG.info("pid file {} names {}, which is no more", path, pid));
        return file;
    }

    /** Names this process, atomically: whoever reads sees what was there, or this. */
    synchronized void write() throws CliException {
        Path next = path.resolveSibling("%s.%d.next".formatted(path.getFileName(), posix.pid()));
        Fd file = null;
        try {
            Files.deleteIfExists(next);
            Files.writeString(next, posix.pid() + "\n");
            file = posix.open(next.toString(), EnumSet.of(OpenFlag.READ_WRITE), MODE);
            posix.tryLock(file);
            Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            release();
            lock = file;
        } catch (IOException | PosixException e) {
            if (file != null) {
                file.close();
            }
            throw new CliException(ExitCode.FAILED, "pid file %s cannot be written: %s".formatted(path, e), e);
        }
    }

    /**
     * Makes room for the pid file of the process that is about to be started.
     *
     * @throws CliException when another process is there still, or the file cannot be renamed; all is as before then
     */
    synchronized void stepAside() throws CliException {
        if (isHeld(old)) {
            throw new CliException(
                    ExitCode.REFUSED,
                    "%s is that of process %s, which lives: it ends first"
                            .formatted(old, pidIn(old).orElse("(unreadable)")));
        }
        try {
            Files.move(path, old, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED, "pid file %s cannot be renamed to %s: %s".formatted(path, old, e), e);
        }
    }

    /** Takes its place again when the new process is no more. */
    synchronized void stepBack() {
        if (!names(old)) {
            return;
        }
        try {
            Files.move(old, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.error("pid file {} cannot be renamed back to {}: {}", old, path, e.toString());
        }
    }

    /** Whether a process that lives has it locked: not we. */
    private boolean isHeld(Path file) {
        if (!Files.isRegularFile(file) || names(file)) {
            return false;
        }
        try (Fd open = posix.open(file.toString(), EnumSet.of(OpenFlag.READ_ONLY), MODE)) {
            return !posix.tryLock(open);
        } catch (PosixException e) {
            LOG.debug("{} cannot be looked at: {}", file, e.getMessage());
            return false;
        }
    }

    private Optional<String> pidIn(Path file) {
        try {
            String text = Files.readString(file).strip();
            return text.length() <= MAX_CHARACTERS ? Optional.of(text) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.debug("{} cannot be read: {}", file, e.toString());
            return Optional.empty();
        }
    }

    private boolean names(Path file) {
        return lock != null
                && pidIn(file).filter(Long.toString(posix.pid())::equals).isPresent();
    }

    /** Removes what names this process. */
    @Override
    public synchronized void close() {
        for (Path file : new Path[] {path, old}) {
            if (names(file)) {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    LOG.warn("pid file {} stays: {}", file, e.toString());
                }
            }
        }
        release();
    }

    private void release() {
        Fd held = lock;
        lock = null;
        if (held != null) {
            held.close();
        }
    }
}
