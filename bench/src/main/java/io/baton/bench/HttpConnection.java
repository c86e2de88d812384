package io.baton.bench;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** One client connection: sends a request at a time and holds its answer against what it must be. On the load's event loop. */
// Netty's futures are not waited for: what fails shows as exceptionCaught or channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class HttpConnection extends SimpleChannelInboundHandler<HttpObject> {
    private final HttpLoad load;
    private final Channel channel;
    private final SocketAddress source;
    final long retireAtNanos;
    private final int retireAfterRequests;

    private @Nullable HttpRequestState current;
    private long bodyBytes;
    private int served;
    /** The answer under way says {@code Connection: close}. */
    private boolean lastAnswer;

    /** Set when this side is done with it: closed by us, or only waiting for the other side's end. */
    private boolean retired;

    private @Nullable Throwable lastError;
    /** For a connection whose answer promised {@code Connection: close}: until when to wait for that. */
    long closeByNanos = Long.MAX_VALUE;

    HttpConnection(HttpLoad load, Channel channel, long retireAtNanos, int retireAfterRequests) {
        this.load = load;
        this.channel = channel;
        this.source = channel.localAddress();
        this.retireAtNanos = retireAtNanos;
        this.retireAfterRequests = retireAfterRequests;
    }

    void send(HttpRequestState request) {
        current = request;
        bodyBytes = 0;
        request.connection = this;
        load.enters(request, FailureCause.TIMEOUT);
        var message = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.GET, load.plan().path(request.number), Unpooled.EMPTY_BUFFER);
        message.headers().set(HttpHeaderNames.HOST, load.hostHeader());
        if (!load.plan().kept()) {
            message.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        channel.writeAndFlush(message);
    }

    boolean isOpen() {
        return channel.isActive() && !retired;
    }

    boolean isWornOut(long nowNanos) {
        return served >= retireAfterRequests || nowNanos >= retireAtNanos;
    }

    /** Closes this side; nothing that happens on it afterwards counts. */
    void retire() {
        retired = true;
        channel.close();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        HttpRequestState request = current;
        if (request == null) {
            if (!retired || closeByNanos != Long.MAX_VALUE) {
                load.unasked(this);
                retire();
            }
            return;
        }
        DecoderResult decoded = message.decoderResult();
        if (decoded.isFailure()) {
            // A premature end is told by channelInactive or exceptionCaught, which know whether it was FIN or RST.
            if (!(decoded.cause() instanceof PrematureChannelClosureException)) {
                fail(FailureCause.NOT_HTTP, String.valueOf(decoded.cause().getMessage()));
            }
            return;
        }
        if (message instanceof HttpResponse response) {
            if (response.status().code() != 200) {
                fail(FailureCause.WRONG_STATUS, response.status().toString());
                return;
            }
            lastAnswer = !HttpUtil.isKeepAlive(response);
        }
        if (message instanceof HttpContent content) {
            body(request, content);
        }
    }

    private void body(HttpRequestState request, HttpContent content) {
        long wrong = new Content(request.number).firstMismatch(content.content(), bodyBytes);
        if (wrong >= 0) {
            fail(FailureCause.WRONG_BYTES, "byte %,d of the body differs".formatted(wrong));
            return;
        }
        bodyBytes += content.content().readableBytes();
        if (bodyBytes > load.plan().answer().bytes()) {
            fail(
                    FailureCause.WRONG_BYTES,
                    "more than %,d bytes of body".formatted(load.plan().answer().bytes()));
        } else if (content instanceof LastHttpContent) {
            if (bodyBytes < load.plan().answer().bytes()) {
                fail(
                        FailureCause.WRONG_BYTES,
                        "%,d of %,d bytes of body"
                                .formatted(bodyBytes, load.plan().answer().bytes()));
            } else {
                answered(request);
            }
        }
    }

    private void answered(HttpRequestState request) {
        current = null;
        served++;
        if (lastAnswer) {
            // The other side closes: it said so. Were it us, the port would stay in TIME_WAIT here.
            retired = true;
            closeByNanos = System.nanoTime() + load.plan().timeout().toNanos();
            load.awaitClose(this);
        }
        load.answered(this, request);
    }

    void fail(FailureCause cause, String detail) {
        HttpRequestState request = current;
        current = null;
        retire();
        if (request != null) {
            load.failed(request, cause, "request %,d from %s: %s".formatted(request.number, source, detail));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        lastError = cause;
        channel.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        load.closed(this);
        Throwable error = lastError;
        if (current != null) {
            if (error == null) {
                fail(FailureCause.CUT, "ended after %,d bytes of body".formatted(bodyBytes));
            } else {
                fail(
                        ConnectFailures.isSocketError(error) ? FailureCause.RESET : FailureCause.NOT_HTTP,
                        error.toString());
            }
        } else if (!retired) {
            load.closedIdle();
        } else if (closeByNanos != Long.MAX_VALUE && error != null) {
            load.notClosed();
        }
    }
}
