package io.baton.http;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Passes a body on, and knows when it ends. Data is never copied; chunks go on as they came, without their extensions. Event loop only.
 */
final class Body {
    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] LAST_CHUNK = Octets.ascii("0\r\n\r\n");

    /** How it goes on. */
    enum Output {
        /** As it comes. */
        SAME,
        /** The data of a chunked one, for an HTTP/1.0 client. */
        DATA_ONLY,
        /** In chunks of our own, for what came without a length. */
        CHUNKED
    }

    private final HeadWriter out;
    private @Nullable ChunkScan chunks;
    private @Nullable Trailers trailers;
    private Framing framing = Framing.NONE;
    private Output output = Output.SAME;
    private HttpLimits limits = HttpLimits.defaults();
    private long left;
    private boolean ended = true;

    Body(HeadWriter out) {
        this.out = out;
    }

    /** @param length with {@link Framing#LENGTH} */
    void start(Framing newFraming, long length, Output newOutput, HttpLimits newLimits) {
        framing = newFraming;
        output = newOutput;
        limits = newLimits;
        left = length;
        ended = newFraming == Framing.NONE;
        chunks = newFraming == Framing.CHUNKED ? new ChunkScan() : null;
        trailers = null;
    }

    /**
     * Takes note that the caller passes on the body himself, if all of it is at the start of {@code in} and it is that small.
     *
     * @return how many bytes that is; 0 when {@link #move} is to be used
     */
    int takeSmall(ByteBuf in, int most) {
        if (framing != Framing.LENGTH || ended || left > most || left > in.readableBytes()) {
            return 0;
        }
        ended = true;
        return (int) left;
    }

    boolean ended() {
        return ended;
    }

    /**
     * Passes on what of {@code in} belongs to the body; what is behind it stays in there.
     *
     * @throws BadMessage for malformed chunks; what came before them has gone on
     */
    void move(ByteBuf in, Sink sink, ByteBufAllocator allocator) throws BadMessage {
        if (ended || !in.isReadable()) {
            return;
        }
        switch (framing) {
            case NONE -> {}
            case LENGTH -> {
                int count = (int) Math.min(left, in.readableBytes());
                left -= count;
                ended = left == 0;
                sink.write(in.readRetainedSlice(count));
            }
            case CHUNKED -> moveChunks(requireNonNull(chunks), in, sink, allocator);
            case UNTIL_CLOSE -> moveAll(in, sink, allocator);
        }
    }

    private void moveAll(ByteBuf in, Sink sink, ByteBufAllocator allocator) {
        int count = in.readableBytes();
        if (output == Output.CHUNKED) {
            byte[] size = Octets.ascii(Integer.toHexString(count));
            sink.write(allocator.directBuffer(size.length + 2).writeBytes(size).writeBytes(CRLF));
        }
        sink.write(in.readRetainedSlice(count));
        if (output == Output.CHUNKED) {
            sink.write(allocator.directBuffer(2).writeBytes(CRLF));
        }
    }

    private void moveChunks(ChunkScan scan, ByteBuf in, Sink sink, ByteBufAllocator allocator) throws BadMessage {
        int to = in.writerIndex();
        int from = in.readerIndex(); // of what is to go on
        int at = from;
        while (at < to && !scan.atTrailers()) {
            ChunkScan.Piece piece = scan.next(in, at, to);
            boolean goes = switch (piece) {
                case DATA -> true;
                case FRAMING, LAST_CHUNK -> output == Output.SAME;
                case EXTENSION -> false;
            };
            if (!goes) {
                pass(in, from, at, sink);
                from = scan.position();
            }
            at = scan.position();
        }
        pass(in, from, at, sink);
        in.readerIndex(at);
        if (scan.atTrailers() && in.isReadable()) {
            moveTrailers(in, sink, allocator);
        }
    }

    private void moveTrailers(ByteBuf in, Sink sink, ByteBufAllocator allocator) throws BadMessage {
        Trailers taken = trailers == null ? new Trailers() : trailers;
        trailers = taken;
        if (taken.take(in, limits)) {
            ended = true;
            if (output == Output.SAME) {
                taken.write(out);
                ByteBuf end = allocator.directBuffer(out.length());
                out.writeTo(end);
                sink.write(end);
            }
        }
    }

    private static void pass(ByteBuf in, int from, int to, Sink sink) {
        if (from < to) {
            sink.write(in.retainedSlice(from, to - from));
        }
    }

    /**
     * The connection that the body comes from ended.
     *
     * @return whether that is the body's proper end, which has then been passed on
     */
    boolean endOfStream(Sink sink, ByteBufAllocator allocator) {
        if (framing != Framing.UNTIL_CLOSE || ended) {
            return ended;
        }
        ended = true;
        if (output == Output.CHUNKED) {
            sink.write(allocator.directBuffer(LAST_CHUNK.length).writeBytes(LAST_CHUNK));
        }
        return true;
    }
}
