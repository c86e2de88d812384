package io.baton.proxy;

import io.baton.Counter;
import io.baton.SharedLock;
import io.baton.Stats;
import io.baton.http.HttpExchangeReport;
import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.OpenFlag;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.relay.ConnectionReport;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line per TCP connection and per HTTP request, on a thread of its own. Whole lines go to the file in one write(2) with O_APPEND under
 * the lock that parent and child share, so that no line of either is torn. Who logs never waits: a line that finds the
 * queue full is dropped, counted and said.
 */
final class AccessLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

    static final int MAX_QUEUED = 16_384;

    /** Lines of one write: short enough to hold the other generation up for no time to speak of. */
    private static final int MAX_BATCH = 256;

    private static final int MODE = 0644;
    private static final String QUEUE_FULL = "the queue is full, the disk or the reader is too slow";
    private static final Duration SAY_EVERY = Duration.ofSeconds(10);
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    /** What the writer is given to do. */
    private sealed interface Entry {
        record Connection(ConnectionReport report) implements Entry {}

        record Exchange(HttpExchangeReport report) implements Entry {}

        record Reopen() implements Entry {}

        record Flush(CountDownLatch written) implements Entry {}

        record Stop() implements Entry {}
    }

    private final Posix posix;
    private final AccessLogConfig config;
    private final AccessLogLine format;
    private final SharedLock lock;
    private final Counter dropped;
    private final Counter written;
    private final BlockingQueue<Entry> queue = new ArrayBlockingQueue<>(MAX_QUEUED);
    private final Thread writer;

    /** Of the writer's thread, once it runs. */
    private Fd file;

    private String lastCause = QUEUE_FULL;
    private long droppedAtLastWord;
    private long lastWordNanos = System.nanoTime() - SAY_EVERY.toNanos();

    /**
     * Opens the file and starts the writer.
     *
     * @throws PosixException when the file cannot be opened
     */
    AccessLog(AccessLogConfig config, AccessLogLine format, SharedLock lock, Posix posix, Stats stats) {
        this.posix = posix;
        this.config = config;
        this.format = format;
        this.lock = lock;
        this.dropped = stats.counter("access_log.dropped");
        this.written = stats.counter("access_log.written");
        this.file = open();
        // A platform thread: the shared lock is a pthread mutex, owned by the thread that took it.
        this.writer = Thread.ofPlatform().name("baton-access-log").daemon().start(this::writeUntilStopped);
    }

    /** Queues a line, or drops it. Any thread; does not wait. */
    void add(ConnectionReport report) {
        add(new Entry.Connection(report));
    }

    /** As {@link #add(ConnectionReport)}. */
    void add(HttpExchangeReport report) {
        add(new Entry.Exchange(report));
    }

    private void add(Entry line) {
        if (!queue.offer(line)) {
            dropped.increment();
        }
    }

    /** Has the writer open the path anew, after the lines queued so far; log rotation. Any thread. */
    void reopen() {
        if (!command(new Entry.Reopen())) {
            LOG.error("access log {} is not reopened: its writer is stuck", config.path());
        }
    }

    /** Writes what is queued; waits a second at most for room, and one for the disk. */
    void flush() {
        CountDownLatch done = new CountDownLatch(1);
        try {
            if (!command(new Entry.Flush(done)) || !done.await(COMMAND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.error("access log {} is not up to date: its writer is stuck", config.path());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes what is queued and closes the file; waits 5 seconds at most. */
    @Override
    public void close() {
        if (!writer.isAlive()) {
            return;
        }
        try {
            if (!command(new Entry.Stop()) || !writer.join(CLOSE_TIMEOUT)) {
                LOG.error("access log {}: {} lines are lost, its writer is stuck", config.path(), queue.size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean command(Entry command) {
        try {
            return queue.offer(command, COMMAND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void writeUntilStopped() {
        List<Entry> batch = new ArrayList<>(MAX_BATCH);
        boolean running = true;
        while (running) {
            batch.clear();
            try {
                batch.add(queue.take());
                queue.drainTo(batch, MAX_BATCH - 1);
                running = write(batch);
            } catch (InterruptedException e) {
                LOG.warn("access log {} ends: its writer was interrupted", config.path());
                running = false;
            } catch (RuntimeException e) {
                LOG.error("access log {}: {} lines are lost", config.path(), batch.size(), e);
            }
            sayDrops();
        }
        file.close();
    }

    /** False when told to stop. Lines after a command are of the next write. */
    private boolean write(List<Entry> batch) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int lines = 0;
        for (Entry entry : batch) {
            switch (entry) {
                case Entry.Connection(ConnectionReport report) -> {
                    format.write(report, bytes);
                    lines++;
                }
                case Entry.Exchange(HttpExchangeReport report) -> {
                    format.write(report, bytes);
                    lines++;
                }
                case Entry.Reopen() -> {
                    flush(bytes, lines);
                    lines = 0;
                    openAnew();
                }
                case Entry.Flush(CountDownLatch done) -> {
                    flush(bytes, lines);
                    lines = 0;
                    done.countDown();
                }
                case Entry.Stop() -> {
                    flush(bytes, lines);
                    return false;
                }
            }
        }
        flush(bytes, lines);
        return true;
    }

    private void flush(ByteArrayOutputStream bytes, int lines) {
        if (bytes.size() == 0) {
            return;
        }
        byte[] text = bytes.toByteArray();
        bytes.reset();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_BYTE, text);
            lock.run(() -> append(segment, text.length, lines));
        }
    }

    private void append(MemorySegment text, int length, int lines) {
        int done = 0;
        while (done < length) {
            int count = posix.write(file.number(), text, done, length - done);
            if (count <= 0) {
                dropped.add(lines); // at most: the first of them may be whole in the file
                lastCause = "write failed: " + Errno.describe(-count);
                return;
            }
            done += count;
        }
        written.add(lines);
    }

    private void openAnew() {
        try {
            Fd fresh = open();
            file.close();
            file = fresh;
            LOG.info("access log {} reopened", config.path());
        } catch (PosixException e) {
            LOG.error("access log {} is not reopened, the old file stays in use: {}", config.path(), e.getMessage());
        }
    }

    private Fd open() {
        // Non-blocking, or a FIFO that nobody reads would hold up the start for ever; it changes nothing for a file.
        return posix.open(
                config.path().toString(),
                EnumSet.of(OpenFlag.WRITE_ONLY, OpenFlag.CREATE, OpenFlag.APPEND, OpenFlag.NON_BLOCKING),
                MODE);
    }

    private void sayDrops() {
        long now = System.nanoTime();
        long total = dropped.value();
        if (total > droppedAtLastWord && now - lastWordNanos >= SAY_EVERY.toNanos()) {
            LOG.warn("access log {}: {} lines dropped so far; last: {}", config.path(), total, lastCause);
            lastCause = QUEUE_FULL;
            droppedAtLastWord = total;
            lastWordNanos = now;
        }
    }
}
