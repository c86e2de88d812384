package io.baton.bench;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A temporary directory and whatever else is to be gone when the run is over, however it ends: closed last first, also on
 * Ctrl-C. Thread-safe.
 */
final class Scene implements AutoCloseable {
    private final Path directory;
    private final Deque<AutoCloseable> closers = new ArrayDeque<>();
    private final Thread hook = new Thread(this::closeAll, "clean-up");
    private boolean closed;

    Scene(String name) throws BenchException {
        try {
            directory = Files.createTempDirectory("baton-" + name + "-");
        } catch (IOException e) {
            throw new BenchException("cannot make a temporary directory: " + e, e);
        }
        Runtime.getRuntime().addShutdownHook(hook);
    }

    Path directory() {
        return directory;
    }

    Path subdirectory(String name) throws BenchException {
        try {
            return Files.createDirectories(directory.resolve(name));
        } catch (IOException e) {
            throw new BenchException("cannot make %s: %s".formatted(directory.resolve(name), e), e);
        }
    }

    /** Writes a file below the scene's directory. */
    Path write(Path file, String content) throws BenchException {
        try {
            return Files.writeString(file, content);
        } catch (IOException e) {
            throw new BenchException("cannot write %s: %s".formatted(file, e), e);
        }
    }

    String read(Path file) throws BenchException {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new BenchException("cannot read %s: %s".formatted(file, e), e);
        }
    }

    /** Closes it with the scene; at once when the scene is over already. */
    synchronized <T extends AutoCloseable> T add(T closer) {
        closers.push(closer);
        if (closed) {
            closeAll();
        }
        return closer;
    }

    @Override
    public void close() {
        closeAll();
        // Only now: a signal that came meanwhile has waited for us in the hook, and else would have ended the JVM in
        // the midst of it.
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The JVM is ending.
        }
    }

    private synchronized void closeAll() {
        closed = true;
        while (!closers.isEmpty()) {
            try {
                closers.pop().close();
            } catch (Exception e) {
                System.err.println("while cleaning up: " + e);
            }
        }
        try {
            deleteTree(directory);
        } catch (IOException e) {
            System.err.printf("cannot delete %s: %s%n", directory, e);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException error) throws IOException {
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
