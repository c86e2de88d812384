package io.baton.netty;

import io.baton.posix.Fd;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;

/** Netty channels on live sockets that were another process's. */
public final class AttachedChannel {
    private AttachedChannel() {}

    /**
     * A channel that is yet to be given its options and handlers, and to be registered with a loop; which fires {@code channelActive}, and
     * begins to read.
     *
     * <p>To make it touches the socket: TCP_NODELAY is set, and an error that waits there (the peer's reset) is taken from it. So the
     * other process must have let go of it before.
     *
     * @param socket connected and non-blocking, TCP or UNIX; the channel's from now on
     * @param inet whether it is TCP
     * @return a channel; one that is not {@linkplain Channel#isActive active} when the peer has reset the connection: to be closed,
     *     {@code channel.unsafe().closeForcibly()}, and never to be registered
     * @throws io.netty.channel.ChannelException when it is no socket; it stays the caller's then
     */
    public static Channel of(Fd socket, boolean inet) {
        // The number is released only after a constructor that can throw.
        Channel channel =
                inet ? new EpollSocketChannel(socket.number()) : new EpollDomainSocketChannel(socket.number());
        socket.release();
        return channel;
    }
}
