package io.baton.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.EOFException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * A connection in its handshake; alone in the pipeline. When it is done a {@link RecordLayerHandler} takes its place, and the application's
 * handlers come behind that.
 */
final class HandshakeHandler extends ChannelInboundHandlerAdapter {
    private final TlsEndpoint endpoint;
    private final TlsObserver observer;
    private final Duration limit;
    private ByteBuf cumulation = Unpooled.EMPTY_BUFFER;
    private Optional<String> serverName = Optional.empty();
    private @Nullable Handshake handshake;
    private @Nullable ScheduledFuture<?> timer;
    private boolean over;

    /** @param limit for all of it */
    HandshakeHandler(TlsEndpoint endpoint, TlsObserver observer, Duration limit) {
        this.endpoint = endpoint;
        this.observer = observer;
        this.limit = limit;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        timer = ctx.executor()
                .schedule(
                        () -> fail(ctx, new SSLHandshakeException("no handshake within " + limit)),
                        limit.toNanos(),
                        TimeUnit.NANOSECONDS);
        if (ctx.channel().isActive()) {
            begin(ctx);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        begin(ctx); // the application is told when it is there
    }

    private void begin(ChannelHandlerContext ctx) {
        if (handshake == null && endpoint.speaksFirst()) {
            advance(ctx);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (over) {
            bytes.release();
            return;
        }
        if (cumulation.isReadable()) {
            ByteBuf both = ctx.alloc().buffer(cumulation.readableBytes() + bytes.readableBytes());
            both.writeBytes(cumulation).writeBytes(bytes);
            cumulation.release();
            bytes.release();
            cumulation = both;
        } else {
            cumulation.release();
            cumulation = bytes;
        }
        advance(ctx);
    }

    private void advance(ChannelHandlerContext ctx) {
        ByteBuf out = ctx.alloc().directBuffer(RecordHeader.MAX_PLAINTEXT);
        Handshake current = null;
        try {
            current = started(ctx);
            if (current != null && current.take(cumulation, out)) {
                complete(ctx, current, out);
                return;
            }
            if (current != null) {
                var _ = ctx.writeAndFlush(out.retain());
            }
            ctx.read(); // nobody else is there who would
        } catch (SSLException | RuntimeException e) {
            if (current != null) {
                current.drain(out);
            }
            var _ = ctx.writeAndFlush(out.retain());
            fail(ctx, e);
        } finally {
            out.release();
        }
    }

    /** A server's begins when it knows which certificate is asked for. */
    private @Nullable Handshake started(ChannelHandlerContext ctx) throws SSLException {
        Handshake existing = handshake;
        if (existing != null) {
            return existing;
        }
        ClientHello hello = new ClientHello(Optional.empty(), List.of());
        if (!endpoint.speaksFirst()) {
            switch (ClientHelloPeek.peek(cumulation)) {
                case ClientHelloPeek.NeedMore() -> {
                    return null;
                }
                case ClientHelloPeek.NotTls() -> throw new SSLHandshakeException("the client does not speak TLS");
                case ClientHelloPeek.Malformed(String why) -> throw new SSLHandshakeException(why);
                case ClientHelloPeek.Hello(ClientHello said) -> hello = said;
            }
        }
        serverName = hello.serverName();
        handshake = endpoint.start(hello, ctx.alloc());
        return handshake;
    }

    private void complete(ChannelHandlerContext ctx, Handshake done, ByteBuf out) throws SSLException {
        RecordLayer records = done.finish(out);
        TlsSession session = done.session(endpoint.serverName().or(() -> serverName));
        over = true;
        ByteBuf rest = cumulation;
        cumulation = Unpooled.EMPTY_BUFFER;
        RecordLayerHandler established =
                new RecordLayerHandler(records, session, !endpoint.speaksFirst(), rest, new byte[0]);
        var _ = ctx.writeAndFlush(out.retain());
        ctx.pipeline().replace(this, RecordLayerHandler.NAME, established);
        observer.established(ctx.channel(), session);
        ctx.pipeline().context(established).fireChannelActive();
        established.start();
    }

    private void fail(ChannelHandlerContext ctx, Throwable why) {
        if (!over) {
            over = true;
            observer.failed(ctx.channel(), why);
            var _ = ctx.close();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            fail(ctx, new EOFException("the connection ended in its handshake"));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(ctx, new EOFException("the connection ended in its handshake"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(ctx, cause);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ScheduledFuture<?> running = timer;
        if (running != null) {
            var _ = running.cancel(false);
        }
        cumulation.release();
        cumulation = Unpooled.EMPTY_BUFFER;
        Handshake begun = handshake;
        handshake = null;
        if (begun != null) {
            begun.close();
        }
    }
}
