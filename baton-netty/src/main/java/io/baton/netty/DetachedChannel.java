package io.baton.netty;

import static java.util.Objects.requireNonNull;

import io.baton.posix.Fd;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.unix.UnixChannel;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A live channel that has left its event loop's epoll, so that its socket can be given to another process: nothing is read from it and
 * nothing written to it. In the end exactly one of {@link #comeBack} and {@link #leave} is called. Event loop only.
 *
 * <p>What has been read and not yet used is in the handlers, and theirs to hand over; what has been written and not yet sent is here. As
 * long as it lasts nobody may write to the channel, or what is written might be sent by both processes; closing it is fine.
 *
 * <p>The channel does not know: {@code channelUnregistered} and the like are not fired, so no handler says goodbye to a peer that is
 * served on elsewhere. (Netty's own {@code deregister} comes later, in a task of its own, when more may have been read, and leaves a
 * write that is to be tried again going.)
 */
public final class DetachedChannel {
    /** A socket that takes something each time, so often, is being read as fast as it is written. */
    private static final int MOST_FLUSHES = 64;

    private final Channel channel;
    private final EpollLoops.Registration registration;
    private final Fd fd;

    private DetachedChannel(Channel channel, EpollLoops.Registration registration, Fd fd) {
        this.channel = channel;
        this.registration = registration;
        this.fd = fd;
    }

    /**
     * Sends what the socket takes of what was written, and takes the channel out of epoll: EPOLL_CTL_DEL, before this returns.
     *
     * @param channel connected, TCP or UNIX, on a loop of {@link EpollLoops}; not within a read or write of this channel, but in a task
     *     of its own
     * @return empty when it is closed or not yet connected, when what is unsent is no bytes, or goes out so steadily that it would be sent
     *     twice: it goes on, and may be asked again
     * @throws IllegalStateException when its loop is none of {@link EpollLoops}, or this is another thread
     */
    public static Optional<DetachedChannel> detach(Channel channel) {
        if (!channel.eventLoop().inEventLoop()) {
            throw new IllegalStateException(
                    "%s is detached on another thread than its event loop's".formatted(channel));
        }
        EpollLoops.Registration registration = EpollLoops.registration(channel);
        if (registration == null || !(channel instanceof UnixChannel unix)) {
            throw new IllegalStateException(
                    "%s is on a loop of its own kind, expected one of EpollLoops".formatted(channel));
        }
        if (!channel.isActive() || !standsStill(channel) || !channel.isActive() || !isBytes(channel)) {
            return Optional.empty();
        }
        registration.leave();
        return Optional.of(
                new DetachedChannel(channel, registration, Fd.own(unix.fd().intValue())));
    }

    /**
     * Netty writes so much at a time and goes on in a task later; which it would do here, too. It does not when the socket is full: then it
     * waits for epoll.
     */
    private static boolean standsStill(Channel channel) {
        long before = Long.MAX_VALUE;
        for (int i = 0; i < MOST_FLUSHES; i++) {
            channel.flush();
            long unsent = unsent(channel);
            if (unsent == 0 || unsent == before) {
                return true;
            }
            before = unsent;
        }
        return false;
    }

    private static long unsent(Channel channel) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : new Bytes().of(buffer);
    }

    private static boolean isBytes(Channel channel) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        if (buffer == null) {
            return true; // its output has been shut down
        }
        Bytes bytes = new Bytes();
        bytes.of(buffer);
        return bytes.only;
    }

    /** Counts what is flushed and not sent; all that was written is flushed. */
    private static final class Bytes implements ChannelOutboundBuffer.MessageProcessor {
        private long count;
        private boolean only = true;

        long of(ChannelOutboundBuffer buffer) {
            each(buffer, this);
            return count;
        }

        @Override
        public boolean processMessage(Object message) {
            if (message instanceof ByteBuf bytes) {
                count += bytes.readableBytes();
            } else {
                only = false;
            }
            return true;
        }
    }

    /** What was not sent here is sent elsewhere: that it fails is no news. */
    private static final class Deaf extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // closed by us
        }
    }

    private static void each(ChannelOutboundBuffer buffer, ChannelOutboundBuffer.MessageProcessor processor) {
        try {
            buffer.forEachFlushedMessage(processor);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("what is unsent cannot be looked at", e);
        }
    }

    /** Its socket, still the channel's: to be sent, not to be closed. */
    public Fd fd() {
        return fd;
    }

    /** How many bytes were written and not sent. */
    public int unsentBytes() {
        return Math.toIntExact(unsent(channel));
    }

    /**
     * Copies what was written and not sent.
     *
     * @throws java.nio.BufferOverflowException when {@code out} has no room for {@link #unsentBytes}
     */
    public void copyUnsent(ByteBuffer out) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        if (buffer != null) {
            each(buffer, message -> {
                ByteBuf bytes = (ByteBuf) requireNonNull(message, "message is null");
                int length = bytes.readableBytes();
                if (length > out.remaining()) {
                    throw new java.nio.BufferOverflowException();
                }
                ByteBuffer part = out.slice(out.position(), length);
                bytes.getBytes(bytes.readerIndex(), part);
                out.position(out.position() + length);
                return true;
            });
        }
    }

    /** The channel goes on as if nothing had happened: it stays. Does nothing when it was closed meanwhile. */
    public void comeBack() {
        fd.release();
        if (channel.isOpen()) {
            try {
                registration.comeBack();
            } catch (IllegalStateException | java.io.UncheckedIOException e) {
                channel.pipeline().fireExceptionCaught(e);
                var _ = channel.close();
            }
        }
    }

    /**
     * The socket has another owner now: our descriptor of it is closed with close(2) alone. The handlers are taken out before, from the last
     * to the first, so none hears of the end; what they hold is released.
     */
    public void leave() {
        fd.release();
        if (channel.isOpen()) {
            ChannelPipeline pipeline = channel.pipeline();
            while (pipeline.last() != null) {
                pipeline.removeLast();
            }
            pipeline.addLast(new Deaf());
            // Not the pipeline's close: there may be handlers that begin it with a farewell.
            channel.unsafe().close(channel.voidPromise());
        }
    }
}
