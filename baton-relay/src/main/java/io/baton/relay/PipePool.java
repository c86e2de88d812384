package io.baton.relay;

import io.baton.posix.Fd;
import io.baton.posix.FdPair;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The pipes of one loop. A connection has one only while bytes are in flight, so an idle connection costs two fds and no pipe.
 * Last in, first out: the pipe used last has its pages in the cache. Loop thread only.
 */
final class PipePool {
    /** After the kernel refused a pipe, do without for a while instead of asking at each read. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Spare pipes beyond this are closed: a burst must not keep its fds for ever. */
    private static final int MAX_SPARE = 64;

    private final Posix posix;
    private final int wantedBytes;
    private final int maxPipes;

    /** Those that other threads counted in; not among {@link #pipes}, or a handover would leave none to open. */
    private final AtomicInteger adopted = new AtomicInteger();

    private final Pipe[] spare = new Pipe[MAX_SPARE];
    private int spareCount;
    private int pipes;
    private boolean refused;
    private long retryAtNanos;

    PipePool(Posix posix, int wantedBytes, int maxPipes) {
        this.posix = posix;
        this.wantedBytes = wantedBytes;
        this.maxPipes = maxPipes;
    }

    /** How many bytes {@link #take} is sure to have room for now, opening a pipe when there is no spare one; 0 when none can be had. */
    int assuredBytes(long nowNanos) {
        if (spareCount == 0) {
            Pipe pipe = open(nowNanos);
            if (pipe == null) {
                return 0;
            }
            spare[spareCount++] = pipe;
        }
        return spare[spareCount - 1].capacityBytes();
    }

    /** An empty pipe, or null when none can be had. */
    @Nullable
    Pipe take(long nowNanos) {
        return spareCount > 0 ? spare[--spareCount] : open(nowNanos);
    }

    /** Takes back an empty pipe. */
    void give(Pipe pipe) {
        if (spareCount < MAX_SPARE) {
            spare[spareCount++] = pipe;
        } else {
            discard(pipe);
        }
    }

    /** Takes back a pipe with bytes in it that nobody wants any more. */
    void discard(Pipe pipe) {
        posix.close(pipe.readEnd());
        posix.close(pipe.writeEnd());
        if (pipe.adopted()) {
            adopted.decrementAndGet();
        } else {
            pipes--;
        }
    }

    /** Counts pipes that are about to be {@linkplain #adopt adopted}; false when there are too many such. Any thread. */
    boolean tryExpect(int count) {
        if (adopted.addAndGet(count) <= maxPipes) {
            return true;
        }
        adopted.addAndGet(-count);
        return false;
    }

    /** Undoes {@link #tryExpect}. Any thread. */
    void expectNoMore(int count) {
        adopted.addAndGet(-count);
    }

    int maxAdopted() {
        return maxPipes;
    }

    /**
     * Takes over a pipe that another process made, and that was expected. It comes back by {@link #give} or {@link #discard}.
     *
     * @throws PosixException when it is no pipe; the fds stay the caller's then
     */
    Pipe adopt(Fd readEnd, Fd writeEnd) {
        int capacity = posix.pipeCapacity(writeEnd);
        return new Pipe(readEnd.release(), writeEnd.release(), capacity, true);
    }

    /** Closes the spare pipes. Those in use must have come back before. */
    void close() {
        while (spareCount > 0) {
            discard(spare[--spareCount]);
        }
    }

    private @Nullable Pipe open(long nowNanos) {
        if (pipes >= maxPipes || (refused && nowNanos - retryAtNanos < 0)) {
            return null;
        }
        try (FdPair ends = posix.pipe(wantedBytes)) {
            int capacity = posix.pipeCapacity(ends.second());
            Fd readEnd = ends.first();
            Fd writeEnd = ends.second();
            pipes++;
            refused = false;
            return new Pipe(readEnd.release(), writeEnd.release(), capacity, false);
        } catch (PosixException e) {
            refused = true; // EMFILE, ENFILE or ENOMEM: the relay goes on without (see Pump), nothing is lost
            retryAtNanos = nowNanos + RETRY_NANOS;
            return null;
        }
    }
}
