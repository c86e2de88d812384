package io.baton.netty;

import static java.util.Objects.requireNonNull;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;

/**
 * A listening socket that came from elsewhere, as a Netty server channel on an epoll event loop. Netty works on a duplicate: the socket
 * stays its owner's, and nothing here ever shuts it down, which would reach every process that has it. Thread-safe.
 *
 * <p>Both constructors and binding know nothing of such a socket: Netty's {@code bind} fails on it with EINVAL, so the channel is only
 * registered, which begins accepting.
 */
public final class AdoptedListener {
    private final Channel channel;

    private AdoptedListener(Channel channel) {
        this.channel = channel;
    }

    /**
     * Registers a duplicate of {@code socket} with the bootstrap's (parent) group; accepting begins, possibly before this returns.
     * Must not be called on an event loop of that group.
     *
     * @param socket bound and listening, TCP or UNIX; made non-blocking. Stays the caller's
     * @param bootstrap with epoll group, child handler and options, without channel class; it is not changed
     * @throws io.baton.posix.PosixException when there is no fd for the duplicate
     * @throws IllegalStateException when Netty cannot register it; nothing stays open then
     */
    public static AdoptedListener adopt(Posix posix, Fd socket, ServerBootstrap bootstrap) {
        requireNonNull(bootstrap, "bootstrap is null");
        posix.setNonBlocking(socket, true);
        boolean inet = posix.localAddress(socket) instanceof SocketAddress.Inet;
        Fd duplicate = posix.duplicate(socket, 0);
        Registration registration = new Registration(duplicate, inet);
        ChannelFuture registered = bootstrap
                .clone()
                .channelFactory(registration::channel)
                .register()
                .awaitUninterruptibly();
        if (!registered.isSuccess()) {
            registration.abandon();
            throw new IllegalStateException("cannot adopt %s".formatted(socket), registered.cause());
        }
        return new AdoptedListener(registered.channel());
    }

    /** The server channel. To pause accepting, set its autoRead; to end it, {@link #release}, never {@code bind} or {@code deregister}. */
    public Channel channel() {
        return channel;
    }

    /**
     * Takes the socket out of the event loop: EPOLL_CTL_DEL, then close(2) of the duplicate. The socket itself stays open, and clients in
     * its accept queue stay there for whoever else accepts. Idempotent.
     *
     * @return done when the event loop has let go of it
     */
    public ChannelFuture release() {
        // On its own loop, Netty's close is EPOLL_CTL_DEL and close(2), in that order and before the future is done.
        return channel.close();
    }

    /** A server channel that owns {@code socket}; which stays the caller's when this throws. */
    static ServerChannel channelOn(Fd socket, boolean inet) {
        // The number is released only after a constructor that can throw.
        ServerChannel made = inet
                ? new EpollServerSocketChannel(socket.number())
                : new EpollServerDomainSocketChannel(socket.number(), true);
        socket.release();
        return made;
    }

    /** Who closes the duplicate: Netty from the moment there is a channel, {@link #abandon} before. */
    private static final class Registration {
        private final Fd duplicate;
        private final boolean inet;

        Registration(Fd duplicate, boolean inet) {
            this.duplicate = duplicate;
            this.inet = inet;
        }

        ServerChannel channel() {
            return channelOn(duplicate, inet);
        }

        void abandon() {
            duplicate.close(); // when released, Netty closed its channel by itself: AbstractBootstrap.initAndRegister
        }
    }
}
