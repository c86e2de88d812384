package io.baton.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import io.baton.RestartEpoch;
import io.baton.SharedLock;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where log lines go: stderr, or a file that is opened anew when told to (logrotate). Once this process has joined a lineage, each
 * line is written under the lineage's lock, so that two generations never tear each other's lines. Thread-safe.
 */
final class LogOutput {
    /** Logback makes its appender by itself, so that there is one place to find this. */
    static final LogOutput INSTANCE = new LogOutput();

    private final OutputStream stderr = new FileOutputStream(FileDescriptor.err);
    private OutputStream stream = stderr;
    private @Nullable Path path;
    private volatile @Nullable SharedLock lock;
    private volatile String epochWord = "-";

    /** From now on into {@code file}; failing that, nothing changes. */
    synchronized void open(Path file) throws IOException {
        OutputStream opened = Files.newOutputStream(file, CREATE, APPEND);
        closeFile();
        stream = opened;
        path = file;
    }

    /** After the file was moved away: makes a new one under the old name. With stderr there is nothing to do. */
    synchronized void reopen() throws IOException {
        if (path != null) {
            open(path);
        }
    }

    private void closeFile() throws IOException {
        if (path != null) {
            stream.close();
        }
    }

    void joined(RestartEpoch epoch, SharedLock shared) {
        epochWord = epoch.toString();
        lock = shared;
    }

    /** The lineage's shared memory goes away. */
    void left() {
        lock = null;
    }

    String epochWord() {
        return epochWord;
    }

    void write(String text) {
        SharedLock shared = lock;
        // The lock knows its owner by the kernel's thread id, so virtual threads cannot hold it.
        if (shared == null || Thread.currentThread().isVirtual()) {
            writeAlone(text);
        } else {
            shared.run(() -> writeAlone(text));
        }
    }

    private synchronized void writeAlone(String text) {
        try {
            stream.write(text.getBytes(UTF_8));
        } catch (IOException e) {
            // Nowhere left to complain: a full disk or a closed terminal must not stop the proxy.
        }
    }
}
