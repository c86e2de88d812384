package io.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelException;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/** One exchange's stream on an upstream's HTTP/2 connection. Event loop only. */
final class UpstreamStream implements UpstreamSide, StreamOutput.Owner {
    private final Http2UpstreamConnection connection;
    private final Http2Handler handler;
    private final HttpLimits limits;
    private final StreamInput input;
    private final StreamOutput output;
    private @Nullable Exchange exchange;
    private @Nullable Http2Stream stream;
    private int id;
    private boolean reading = true;
    private boolean begun;
    private boolean ended;
    private boolean left;

    UpstreamStream(Http2UpstreamConnection connection, Http2Handler handler, Exchange exchange, int mostUnsent) {
        this.connection = connection;
        this.handler = handler;
        this.exchange = exchange;
        this.limits = exchange.limits();
        this.input = new StreamInput(handler);
        this.output = new StreamOutput(handler, this, mostUnsent, exchange.takesTrailers());
    }

    // --- what the exchange says

    @Override
    public void write(Object part) {
        output.write(part);
    }

    @Override
    public void flush() {
        output.flush();
    }

    @Override
    public boolean isWritable() {
        return output.isWritable();
    }

    @Override
    public long unsentBytes() {
        return output.unsentBytes();
    }

    /** What comes is passed on in any case, and only the stream's window bounds it; but while this says so the window stays as it is. */
    @Override
    public void setReading(boolean wanted) {
        reading = wanted;
        giveBack();
    }

    @Override
    public boolean responseBegun() {
        return begun;
    }

    @Override
    public boolean failed() {
        return true;
    }

    @Override
    public boolean isUsedBy(Exchange user) {
        return exchange == user;
    }

    /** The connection is reusable in any case; a stream of which anything is still to go or come is reset. */
    @Override
    public void release(boolean reusable) {
        exchange = null;
        Http2Stream used = stream;
        if (used == null) {
            leave();
        } else if (!ended || !output.isOut()) {
            handler.reset(used, Http2Error.CANCEL);
        }
    }

    private void leave() {
        if (!left) {
            left = true;
            connection.left(this);
        }
    }

    // --- what the connection says

    /** The connection is there. */
    void connected() {
        Exchange user = exchange;
        if (user != null) {
            user.connected(this, false);
        }
    }

    /** There is none. */
    void connectFailed(String reason) {
        Exchange user = exchange;
        if (user != null) {
            exchange = null;
            user.connectFailed(reason);
        }
    }

    /** The connection takes no more streams than others use. */
    void moveTo(Http2Pool pool) {
        Exchange user = exchange;
        left = true;
        exchange = null;
        if (user != null) {
            try {
                pool.obtain(connection.cluster(), connection.address(), user, true);
            } catch (ChannelException e) {
                user.connectFailed(String.valueOf(e.getMessage()));
            }
        }
    }

    /** A header block came: an interim response's, the response's, or trailers. */
    void headers(Http2Headers block, boolean ends) {
        Exchange user = exchange;
        if (user == null) {
            return;
        }
        ended = ends;
        begun = true;
        try {
            if (block.status() == null) {
                user.responsePart(FromHttp2.trailers(block, limits));
                return;
            }
            HttpResponse response = FromHttp2.response(block, limits);
            boolean interim = response.status().code() < 200;
            user.responsePart(response);
            if ((interim || ends) && exchange == user) {
                user.responsePart(LastHttpContent.EMPTY_LAST_CONTENT);
            }
        } catch (BadMessage bad) {
            user.responsePart(bad);
        }
    }

    /**
     * Some of the response's body came, or its end.
     *
     * @return how many bytes are given back to the window at once
     */
    int data(ByteBuf data, int padding, boolean ends) {
        Exchange user = exchange;
        int bytes = data.readableBytes();
        if (user == null) {
            return bytes + padding;
        }
        ended = ends;
        input.owe(bytes);
        if (ends) {
            user.responsePart(
                    bytes == 0
                            ? LastHttpContent.EMPTY_LAST_CONTENT
                            : new DefaultLastHttpContent(StreamInput.keep(data)));
        } else if (bytes > 0) {
            user.responsePart(new DefaultHttpContent(StreamInput.keep(data)));
        }
        giveBack();
        return padding;
    }

    private void giveBack() {
        Http2Stream of = stream;
        if (reading && of != null) {
            input.giveBack(of);
        }
    }

    /** What came in this read goes out. */
    void flushResponse() {
        Exchange user = exchange;
        if (user != null) {
            user.flushResponse();
        }
    }

    /** Netty refuses what came, and resets the stream. */
    void malformed(String reason) {
        Exchange user = exchange;
        if (user != null) {
            exchange = null;
            user.responsePart(BadMessage.malformed(reason));
            user.flushResponse();
        }
    }

    /** The stream is closed, by whomever; or there is none to be had. */
    void closed() {
        leave();
        Exchange user = exchange;
        if (user != null) {
            exchange = null;
            user.upstreamClosed();
        }
    }

    // --- what is written

    @Override
    public int streamId() {
        if (id == 0) {
            id = connection.nextStreamId();
        }
        return id;
    }

    @Override
    public void headWritten() {
        if (stream == null) {
            stream = connection.made(this, id);
            if (stream == null) {
                connection.later(this::closed);
            }
        }
    }

    @Override
    public void writable() {
        Exchange user = exchange;
        if (user != null) {
            user.upstreamWritable();
        }
    }

    @Override
    public void written() {}
}
