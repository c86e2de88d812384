package io.baton.netty;

import io.baton.spi.ConnectionKind;
import io.netty.channel.Channel;

/**
 * What a server knows of its connections besides their sockets, so that they move to the next process ({@link MigratableServer}). What a
 * decoder has read and not used is not of this: see {@link UnreadBytes}. A server whose handlers know nothing more implements {@link
 * #kind} alone.
 *
 * <p>What takes a channel is called on its event loop and must not block; the rest on any thread.
 */
public interface ChannelState {

    /** The protocol, by a name of its own, and the version of what {@link #save} writes. Always the same. */
    ConnectionKind kind();

    /** Whether {@link #restore} reads what another release has saved in {@code version}; true for that of {@link #kind}. */
    default boolean reads(int version) {
        return version == kind().version();
    }

    /**
     * Whether it can move now. Not while an answer is still to be written by somebody else than its event loop, or while a handler keeps what
     * it was told to write: both would be lost. One that cannot is asked again when it has flushed something, and four times a
     * second; when it still cannot at the end of the drain, it stays until then.
     *
     * <p>A server that answers in {@code channelRead} has nothing to say here.
     */
    default boolean movable(Channel channel) {
        return true;
    }

    /**
     * What the handlers know: who has logged in, which answer is the next. The channel has left its epoll, and goes on when the next
     * process does not take it.
     *
     * @return with what is unread and unsent at most 128 KiB ({@link io.baton.spi.Snapshot#MAX_BYTES}); a connection with more stays
     */
    default byte[] save(Channel channel) {
        return new byte[0];
    }

    /**
     * Tells the handlers of a connection from another process, all of which are there and have not heard {@code channelActive} yet: it
     * will come, and one that greets its client there must learn here not to. What the other process had not sent has been written. An exception closes
     * the connection.
     *
     * @param version one that it {@linkplain #reads reads}
     */
    default void restore(Channel channel, int version, byte[] state) throws Exception {}
}
