package io.baton.http;

import io.baton.tls.TlsEnd;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;

/** The ways a client's connection ends. Event loop only. */
// Netty's futures are not waited for: what fails comes as an event of the channel.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientEnd {
    /** What a lingering connection's client may still send before it is closed after all. */
    private static final int MAX_DISCARDED = 16 << 20;

    private final ClientConnection client;
    private final Channel channel;
    private final HttpTimeouts timeouts;
    private long discarded;

    ClientEnd(ClientConnection client, Channel channel, HttpTimeouts timeouts) {
        this.client = client;
        this.channel = channel;
        this.timeouts = timeouts;
    }

    void close() {
        channel.close();
    }

    /** Takes over what still comes behind the last response; too much of it, and the connection is closed. */
    void discard(Object message) {
        if (message instanceof ByteBuf bytes) {
            discarded += bytes.readableBytes();
        }
        ReferenceCountUtil.release(message);
        if (discarded > MAX_DISCARDED) {
            close();
        }
    }

    /** What the client got must not be taken for all there is: RST. */
    void reset() {
        if (channel.config() instanceof SocketChannelConfig config && channel.isOpen()) {
            config.setSoLinger(0);
        }
        channel.close();
    }

    /**
     * Closes so that the last response arrives: an RST, which the kernel sends for bytes that come after close(2), could make the client's
     * kernel drop it. So: what is written goes out, then FIN, then what the client still sends is dropped until it closes, too.
     *
     * <p>An idle connection ends so, too. A request may be on its way to us at this very moment, and no server can help that. What it can
     * do: the deadlines are looked at after the sockets, so nothing that had come is overlooked; and it closes one direction only, so that
     * the client sees a clean end before any reset and can tell that its request was never begun.
     */
    void linger() {
        client.arm(timeouts.stream().toNanos());
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(this::shutdown);
    }

    private void shutdown(Future<?> flushed) {
        if (client.input().ended() || !flushed.isSuccess()) {
            channel.close();
        } else if (channel.isActive()) {
            client.arm(timeouts.linger().toNanos());
            TlsEnd.shutdownOutput(channel);
        }
    }

    /** For a tunnel: the upstream says nothing more. */
    void shutdownOutput() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> TlsEnd.shutdownOutput(channel));
    }

    void closeWhenFlushed() {
        ChannelFuture flushed = channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
        if (flushed.isDone()) {
            channel.close();
        } else {
            client.arm(timeouts.stream().toNanos());
            flushed.addListener(_ -> channel.close());
        }
    }
}
