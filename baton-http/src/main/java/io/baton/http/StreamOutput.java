package io.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Writes one message (and the interim responses before it) to an HTTP/2 stream. A head is held until it is known whether anything follows
 * it: gRPC's trailers-only responses, and requests without a body, are one frame that ends the stream. Event loop only.
 */
// Netty's futures are not waited for: what fails comes as the stream's end.
@SuppressWarnings("FutureReturnValueIgnored")
final class StreamOutput {
    /** Whose stream it is. */
    interface Owner {
        /** The stream to write on; made when its first head is written. */
        int streamId();

        /** A head was written. */
        void headWritten();

        /** What was held has gone out, and more is wanted. */
        void writable();

        /** All there was has gone out, the message's end too. */
        void written();
    }

    private final Http2Handler handler;
    private final Owner owner;
    private final int mostUnsent;
    private final boolean trailersAsked;
    private @Nullable Http2Headers head;
    private boolean interim;
    private boolean ended;
    private boolean full;
    private long unsent;
    private long sent;

    /**
     * Writes nothing yet.
     *
     * @param mostUnsent how many bytes may wait for the peer before it is not writable
     * @param trailersAsked of requests: whether TE says so
     */
    StreamOutput(Http2Handler handler, Owner owner, int mostUnsent, boolean trailersAsked) {
        this.handler = handler;
        this.owner = owner;
        this.mostUnsent = mostUnsent;
        this.trailersAsked = trailersAsked;
    }

    /** Takes over the next part of a message. */
    void write(Object part) {
        if (part instanceof HttpMessage message) {
            head(message);
        }
        if (part instanceof HttpContent content) {
            content(content);
        } else if (!(part instanceof HttpMessage)) {
            ReferenceCountUtil.release(part);
            throw new IllegalArgumentException("HTTP/2 carries no " + part);
        }
    }

    private void head(HttpMessage message) {
        interim = message instanceof HttpResponse response && response.status().code() < 200;
        Http2Headers block = switch (message) {
            case HttpRequest request -> ToHttp2.request(request, handler.isSecure(), trailersAsked);
            case HttpResponse response -> ToHttp2.response(response);
            default -> throw new IllegalArgumentException("HTTP/2 carries no " + message);
        };
        if (interim) {
            headers(block, false);
        } else {
            head = block;
        }
    }

    private void content(HttpContent content) {
        if (interim || ended) {
            interim = false; // an interim response's end, which is no frame
            content.release();
        } else if (content instanceof LastHttpContent last) {
            ended = true;
            end(last.content(), last.trailingHeaders());
        } else {
            writeHead(false);
            data(content.content(), false);
        }
    }

    private void end(ByteBuf data, HttpHeaders trailers) {
        boolean trailed = !trailers.isEmpty();
        boolean empty = !data.isReadable();
        if (writeHead(empty && !trailed) && empty && !trailed) {
            data.release();
            return;
        }
        if (empty && trailed) {
            data.release();
        } else {
            data(data, !trailed);
        }
        if (trailed) {
            headers(ToHttp2.trailers(trailers), true);
        }
    }

    /** Returns whether it was still held. */
    private boolean writeHead(boolean last) {
        Http2Headers held = head;
        if (held == null) {
            return false;
        }
        head = null;
        headers(held, last);
        return true;
    }

    private void headers(Http2Headers block, boolean last) {
        sent += FromHttp2.length(block);
        ChannelFuture written = handler.encoder()
                .writeHeaders(
                        handler.context(),
                        owner.streamId(),
                        block,
                        0,
                        last,
                        handler.context().newPromise());
        owner.headWritten();
        if (last) {
            tellWritten(written);
        }
    }

    private void data(ByteBuf data, boolean last) {
        int bytes = data.readableBytes();
        sent += bytes;
        unsent += bytes;
        full |= unsent >= mostUnsent;
        ChannelFuture written = handler.encoder()
                .writeData(
                        handler.context(),
                        owner.streamId(),
                        data,
                        0,
                        last,
                        handler.context().newPromise());
        written.addListener(_ -> gone(bytes));
        if (last) {
            tellWritten(written);
        }
    }

    private void gone(int bytes) {
        unsent -= bytes;
        if (full && unsent <= mostUnsent / 2) {
            full = false;
            owner.writable();
        }
    }

    private void tellWritten(ChannelFuture written) {
        written.addListener(future -> {
            if (future.isSuccess()) {
                owner.written();
            }
        });
    }

    /** What was written goes out as far as the peer's windows allow. */
    void flush() {
        writeHead(false);
        handler.flushSoon();
    }

    /** Whether all of a whole message has gone out. */
    boolean isOut() {
        return ended && head == null && unsent == 0;
    }

    boolean isWritable() {
        return !full;
    }

    long unsentBytes() {
        return unsent;
    }

    /** How many bytes were written since this was last asked; of heads what they would have been in HTTP/1.1. */
    long takeSent() {
        long bytes = sent;
        sent = 0;
        return bytes;
    }
}
