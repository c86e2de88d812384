package io.baton.relay;

import io.baton.posix.Errno;
import io.baton.posix.Posix;
import io.baton.posix.StreamCalls;
import java.lang.foreign.MemorySegment;

/**
 * Moves the bytes of a flow, by one of three ways:
 *
 * <ul>
 *   <li>copy, for small reads: receive into the loop's buffer, send at once; what the destination does not take goes into a pipe
 *       that was sure to have room for it before the read
 *   <li>splice, for bulk: source to pipe to destination
 *   <li>peek, when no pipe can be had: send what was peeked at, then discard from the source exactly what was sent
 * </ul>
 *
 * A flow's source is read only while its pipe is empty. That makes back-pressure (a full destination stops the reading), makes end of
 * stream come after the last byte, and makes EAGAIN of a splice from the source unambiguous: the pipe is not full, so the source
 * is empty. Loop thread only.
 */
final class Pump {
    private static final int AGAIN = -Errno.EAGAIN.number();
    private static final int INVALID = -Errno.EINVAL.number();

    /** What one event may move before other connections get their turn. */
    static final long BYTES_PER_EVENT = 1 << 20;

    /** A splice that got less than this was not bulk. */
    private static final int BULK_BYTES = 16 << 10;

    private final Posix posix;
    private final PipePool pipes;
    private final MemorySegment buffer;
    private final int bufferBytes;

    Pump(Posix posix, PipePool pipes, MemorySegment buffer) {
        this.posix = posix;
        this.pipes = pipes;
        this.buffer = buffer;
        this.bufferBytes = Math.toIntExact(buffer.byteSize());
    }

    /** Moves on a flow whose source is readable or, when it was blocked, whose destination is writable. */
    Progress run(Flow flow, long nowNanos) {
        if (flow.blocked) {
            flow.blocked = false;
            if (flow.pipe != null) {
                Progress progress = flush(flow, flow.pipe);
                if (progress != Progress.GOING) {
                    return progress;
                }
            }
        }
        long limit = flow.bytesDelivered + BYTES_PER_EVENT;
        Progress progress = Progress.GOING;
        for (boolean first = true; progress == Progress.GOING && flow.bytesDelivered < limit; first = false) {
            progress = flow.splicing ? splice(flow, first, nowNanos) : copy(flow, nowNanos);
        }
        return progress;
    }

    /** Gives back the pipe of a flow that ends before its time, and with it what it holds. */
    void abandon(Flow flow) {
        Pipe pipe = flow.pipe;
        if (pipe != null) {
            flow.pipe = null;
            flow.bytesInPipe = 0;
            pipes.discard(pipe);
        }
    }

    private Progress copy(Flow flow, long nowNanos) {
        int room = Math.min(bufferBytes, pipes.assuredBytes(nowNanos));
        if (room == 0) {
            return peek(flow);
        }
        int received = posix.receive(flow.source.number, buffer, room, 0);
        if (received <= 0) {
            return nothingReceived(received);
        }
        int sent = posix.send(flow.destination.number, buffer, 0, received);
        if (sent == received) {
            flow.bytesDelivered += sent;
            flow.splicing = received == bufferBytes;
            // A short read emptied the source: the next read would only say EAGAIN.
            return received == room ? Progress.GOING : Progress.IDLE;
        }
        if (sent < 0 && sent != AGAIN) {
            return Progress.DESTINATION_FAILED;
        }
        int taken = Math.max(sent, 0);
        flow.bytesDelivered += taken;
        return keep(flow, taken, received - taken, nowNanos);
    }

    /** Puts what the destination did not take into a pipe. */
    private Progress keep(Flow flow, int offset, int length, long nowNanos) {
        Pipe pipe = pipes.take(nowNanos);
        if (pipe == null) {
            return Progress.LOST;
        }
        flow.pipe = pipe;
        flow.bytesInPipe = length;
        if (posix.write(pipe.writeEnd(), buffer, offset, length) != length) {
            return Progress.LOST; // no memory for the pipe's pages
        }
        flow.blocked = true;
        return Progress.BLOCKED;
    }

    private Progress splice(Flow flow, boolean first, long nowNanos) {
        Pipe pipe = pipes.take(nowNanos);
        if (pipe == null) {
            flow.splicing = false;
            return Progress.GOING;
        }
        long spliced = posix.splice(flow.source.number, pipe.writeEnd(), pipe.capacityBytes());
        if (spliced <= 0) {
            pipes.give(pipe);
            return nothingSpliced(flow, spliced, first);
        }
        flow.pipe = pipe;
        flow.bytesInPipe = spliced;
        boolean bulk = spliced >= BULK_BYTES;
        flow.splicing = bulk;
        Progress progress = flush(flow, pipe);
        return progress == Progress.GOING && !bulk ? Progress.IDLE : progress;
    }

    private static Progress nothingSpliced(Flow flow, long result, boolean first) {
        if (result == INVALID) {
            flow.splicing = false; // not a source that can be spliced
            return Progress.GOING;
        }
        if (first) {
            // Readable by epoll's word and empty by splice's: TCP urgent data. Only a receive gets past it.
            flow.splicing = false;
        }
        return nothingReceived((int) result);
    }

    /**
     * Sends what the pipe holds. Asks until the pipe is empty or the kernel says EAGAIN: a splice that moved a part swallows the error
     * that stopped it, and a reset so forgotten would later read as a clean end of stream.
     */
    private Progress flush(Flow flow, Pipe pipe) {
        while (flow.bytesInPipe > 0) {
            long sent = posix.splice(pipe.readEnd(), flow.destination.number, flow.bytesInPipe);
            if (sent == AGAIN) {
                flow.blocked = true;
                return Progress.BLOCKED;
            }
            if (sent <= 0) {
                return sent == 0 ? Progress.LOST : Progress.DESTINATION_FAILED;
            }
            flow.bytesInPipe -= sent;
            flow.bytesDelivered += sent;
        }
        flow.pipe = null;
        pipes.give(pipe);
        return Progress.GOING;
    }

    private Progress peek(Flow flow) {
        int seen = posix.receive(flow.source.number, buffer, bufferBytes, StreamCalls.MSG_PEEK);
        if (seen <= 0) {
            return nothingReceived(seen);
        }
        int sent = posix.send(flow.destination.number, buffer, 0, seen);
        if (sent < 0 && sent != AGAIN) {
            return Progress.DESTINATION_FAILED;
        }
        for (int left = Math.max(sent, 0); left > 0; ) {
            int discarded = posix.receive(flow.source.number, buffer, left, StreamCalls.MSG_TRUNC);
            if (discarded <= 0) {
                return Progress.LOST;
            }
            left -= discarded;
            flow.bytesDelivered += discarded;
        }
        if (sent < seen) {
            flow.blocked = true;
            return Progress.BLOCKED;
        }
        return seen == bufferBytes ? Progress.GOING : Progress.IDLE;
    }

    private static Progress nothingReceived(int result) {
        if (result == 0) {
            return Progress.ENDED;
        }
        return result == AGAIN ? Progress.IDLE : Progress.SOURCE_FAILED;
    }
}
