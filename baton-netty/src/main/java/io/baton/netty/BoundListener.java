package io.baton.netty;

import static java.util.Objects.requireNonNull;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ServerChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A listening socket that came from elsewhere, for a framework that makes its server channel with a factory and then binds it: gRPC,
 * reactor-netty. Binding is answered with success, and begins accepting; whatever address it names, the socket has its own already. Thread-safe.
 *
 * <p>Fds: each channel has a duplicate, which it owns; the socket stays its owner's. A framework that closes its server channel closes
 * the duplicate alone, with close(2).
 */
public final class BoundListener implements ChannelFactory<ServerChannel> {
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(5);

    private final Posix posix;
    private final Fd socket;
    private final ConnectionCount count = new ConnectionCount();
    private final List<Channel> made = new ArrayList<>();

    /** @param socket bound and listening, TCP or UNIX; made non-blocking. Stays the caller's, who closes it after {@link #release} */
    public BoundListener(Posix posix, Fd socket) {
        this.posix = requireNonNull(posix, "posix is null");
        this.socket = requireNonNull(socket, "socket is null");
        posix.setNonBlocking(socket, true);
    }

    /**
     * A server channel for a loop of Netty's epoll; which does not accept before it is bound.
     *
     * @throws io.baton.posix.PosixException when there is no fd for a duplicate
     * @throws io.netty.channel.ChannelException when it is no socket; nothing stays open then
     */
    @Override
    public synchronized ServerChannel newChannel() {
        Fd duplicate = posix.duplicate(socket, 0);
        try {
            boolean inet = posix.localAddress(socket) instanceof SocketAddress.Inet;
            ServerChannel channel = AdoptedListener.channelOn(duplicate, inet);
            channel.pipeline().addLast(new Binding(), count);
            made.add(channel);
            return channel;
        } catch (RuntimeException e) {
            duplicate.close(); // unless a channel has it
            throw e;
        }
    }

    /** Connections accepted, on their way to their loop included, and not yet ended: for {@code ParentDuties.connections}. */
    public int connections() {
        return count.open();
    }

    /**
     * Takes the socket out of every event loop before it returns, for {@code ParentDuties.drainListeners}: closes the channels made here, if
     * the framework has not, and waits until all connections accepted by then have been given to it. Only then may it be told to shut down:
     * gRPC, for one, closes those that come to it later. Connections go on. Not on one of the loops. Idempotent.
     *
     * @throws IllegalStateException when a loop did not answer within 5 seconds; to be called again
     */
    public synchronized void release() {
        for (Channel channel : made) {
            if (channel.isRegistered() && !channel.close().awaitUninterruptibly(COMMAND_LIMIT.toMillis())) {
                throw unanswered();
            }
        }
        if (!count.awaitArrivals(COMMAND_LIMIT)) {
            throw unanswered();
        }
        made.clear();
    }

    private static IllegalStateException unanswered() {
        return new IllegalStateException(
                "an event loop did not answer within %d s".formatted(COMMAND_LIMIT.toSeconds()));
    }

    /** It would accept as soon as it is registered, before the framework has its handlers in place: so it reads nothing until it is bound. */
    private static final class Binding extends ChannelDuplexHandler {
        private boolean bound;
        private boolean reading;

        @Override
        public void bind(ChannelHandlerContext context, java.net.SocketAddress address, ChannelPromise promise) {
            bound = true;
            promise.setSuccess();
            if (reading) {
                context.read();
            }
        }

        @Override
        public void read(ChannelHandlerContext context) {
            if (bound) {
                context.read();
            } else {
                reading = true;
            }
        }
    }
}
