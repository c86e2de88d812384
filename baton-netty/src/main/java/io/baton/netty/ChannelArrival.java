package io.baton.netty;

import io.baton.posix.Fd;
import io.baton.posix.SocketAddress;
import io.baton.spi.RestoredConnection;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that came from another process, and is not touched before it is ours. It counts already.
 *
 * @param socket owned by this until there is a channel
 */
record ChannelArrival(
        LoopChannels loop,
        ServedListener listener,
        ConnectionCount count,
        long id,
        TrackedChannel.Arrived arrived,
        Fd socket)
        implements RestoredConnection {
    private static final Logger LOG = LoggerFactory.getLogger(ChannelArrival.class);

    @Override
    public void activate() {
        try {
            loop.loop().execute(this::admit);
        } catch (RejectedExecutionException e) {
            discard();
        }
    }

    @Override
    public void discard() {
        socket.close();
        count.closed();
    }

    /** On the loop. */
    private void admit() {
        ChannelSnapshot snapshot = arrived.snapshot();
        Channel channel;
        try {
            channel = AttachedChannel.of(socket, snapshot.client() instanceof SocketAddress.Inet);
        } catch (ChannelException e) {
            LOG.error("client {}: {}; the connection is lost", snapshot.client(), e.getMessage(), e);
            discard();
            return;
        }
        if (!channel.isActive()) {
            channel.unsafe().closeForcibly(); // the client has reset it meanwhile
            count.closed();
            return;
        }
        TrackedChannel tracked = new TrackedChannel(loop, listener, id, java.util.Optional.of(arrived));
        channel.closeFuture().addListener(_ -> count.closed());
        listener.equip(channel, tracked);
        ChannelFuture registered = loop.loop().register(channel); // its own loop: done at once, and nothing is read yet
        if (registered.isSuccess()) {
            tracked.replay(snapshot.unread());
        } else {
            LOG.error("client {}: the connection is lost", snapshot.client(), registered.cause());
        }
    }
}
