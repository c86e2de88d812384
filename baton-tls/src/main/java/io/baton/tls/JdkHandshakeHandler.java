package io.baton.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Where there is no native library: looks which certificate is asked for, and leaves the connection to Netty's handler for good. */
final class JdkHandshakeHandler extends ByteToMessageDecoder {
    /** An engine for a client. */
    interface Engines {
        SSLEngine create(ClientHello hello, ByteBufAllocator allocator);
    }

    private final Engines engines;
    private final TlsObserver observer;
    private final Duration limit;
    private @Nullable ScheduledFuture<?> timer;

    JdkHandshakeHandler(Engines engines, TlsObserver observer, Duration limit) {
        this.engines = engines;
        this.observer = observer;
        this.limit = limit;
    }

    /** Netty's handler has a limit of its own, from when it comes. */
    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        timer = ctx.executor()
                .schedule(
                        () -> exceptionCaught(ctx, new SSLHandshakeException("no ClientHello within " + limit)),
                        limit.toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        ScheduledFuture<?> running = timer;
        if (running != null) {
            var _ = running.cancel(false);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        // the application is told when it is there
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws SSLHandshakeException {
        switch (ClientHelloPeek.peek(in)) {
            case ClientHelloPeek.NeedMore() -> {}
            case ClientHelloPeek.NotTls() -> throw new SSLHandshakeException("the client does not speak TLS");
            case ClientHelloPeek.Malformed(String why) -> throw new SSLHandshakeException(why);
            case ClientHelloPeek.Hello(ClientHello hello) -> {
                SslHandler handler = new SslHandler(engines.create(hello, ctx.alloc()));
                handler.setHandshakeTimeoutMillis(limit.toMillis());
                Completion completion = new Completion(hello.serverName(), handler);
                ctx.pipeline().addAfter(ctx.name(), null, completion);
                ctx.pipeline().addAfter(ctx.name(), RecordLayerHandler.NAME, handler);
                ctx.pipeline().remove(this);
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        observer.failed(ctx.channel(), cause);
        var _ = ctx.close();
    }

    private final class Completion extends ChannelInboundHandlerAdapter {
        private final Optional<String> serverName;
        private final SslHandler handler;

        Completion(Optional<String> serverName, SslHandler handler) {
            this.serverName = serverName;
            this.handler = handler;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws CertificateEncodingException {
            if (!(event instanceof SslHandshakeCompletionEvent completion)) {
                ctx.fireUserEventTriggered(event);
            } else if (completion.isSuccess()) {
                observer.established(ctx.channel(), session());
                ctx.fireChannelActive();
                ctx.pipeline().remove(this);
            } else {
                observer.failed(ctx.channel(), completion.cause());
                var _ = ctx.close();
            }
        }

        private TlsSession session() throws CertificateEncodingException {
            List<byte[]> chain = new ArrayList<>();
            try {
                for (Certificate certificate : handler.engine().getSession().getPeerCertificates()) {
                    chain.add(certificate.getEncoded());
                }
            } catch (SSLPeerUnverifiedException e) {
                // it showed none, and need not
            }
            String suite = handler.engine().getSession().getCipherSuite();
            return new TlsSession(
                    suite.contains("_WITH_") ? TlsVersion.TLS_1_2 : TlsVersion.TLS_1_3,
                    suite,
                    Optional.ofNullable(handler.applicationProtocol()),
                    serverName,
                    chain,
                    false);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            var _ = ctx.close(); // the observer is told by the event
        }
    }
}
