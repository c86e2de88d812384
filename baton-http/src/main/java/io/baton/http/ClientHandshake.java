package io.baton.http;

import io.baton.tls.TlsObserver;
import io.baton.tls.TlsServer;
import io.baton.tls.TlsSession;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.io.EOFException;
import java.util.Optional;

/**
 * A client's connection before it is one: it takes room from the moment it is accepted, and is counted and can move when TLS is agreed on.
 * Event loop only.
 */
final class ClientHandshake implements TlsObserver, ChannelFutureListener {
    private final Worker worker;
    private final Listening listening;
    private boolean over;

    private ClientHandshake(Worker worker, Listening listening) {
        this.worker = worker;
        this.listening = listening;
    }

    static void begin(Worker worker, Listening listening, Channel channel, TlsServer tls) {
        ClientHandshake handshake = new ClientHandshake(worker, listening);
        worker.shared().admission().opened();
        channel.pipeline().addLast(tls.newHandler(handshake));
        var _ = channel.closeFuture().addListener(handshake);
    }

    @Override
    public void established(Channel channel, TlsSession session) {
        over = true;
        var _ = channel.closeFuture().removeListener(this);
        worker.shared().observer().handshakeCompleted(listening.name());
        boolean http2 = session.applicationProtocol().equals(Optional.of(TlsProtocols.HTTP_2));
        new ClientConnection(worker, listening, channel, ClientOrigin.secured(worker, channel, http2))
                .addTo(channel.pipeline());
    }

    @Override
    public void failed(Channel channel, Throwable cause) {
        if (!over) {
            over = true;
            worker.shared().admission().closed();
            worker.shared()
                    .observer()
                    .handshakeFailed(
                            listening.name(),
                            NettyAddresses.fromNetty(channel.remoteAddress()),
                            String.valueOf(cause.getMessage()));
        }
    }

    /** The channel is closed, whoever did it. */
    @Override
    public void operationComplete(ChannelFuture closed) {
        failed(closed.channel(), new EOFException("the connection ended in its handshake"));
    }
}
