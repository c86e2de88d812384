package io.baton.netty;

import static java.util.Objects.requireNonNull;

import io.baton.posix.SocketAddress;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * First in the pipeline of a server's channel. While the channel is on its way to another process nothing written passes here: it would
 * be sent by both, or between what the other sends. Event loop only.
 */
final class TrackedChannel extends ChannelDuplexHandler {
    private static final Logger LOG = LoggerFactory.getLogger(TrackedChannel.class);

    /** Nobody is expected to write meanwhile but a timer. */
    private static final int MAX_HELD = 1024;

    private enum Gate {
        OPEN,
        /** What is written waits; what was written may be flushed. */
        CLOSING,
        /** Nothing passes. */
        SHUT
    }

    private record Held(Object message, ChannelPromise promise) {}

    private final LoopChannels loop;
    private final ServedListener listener;
    private final long id;
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private @Nullable Arrived arrived;
    private @Nullable ChannelHandlerContext context;
    private Gate gate = Gate.OPEN;
    private boolean heldFlush;

    /** In the queue of those to be looked at. */
    boolean queued;

    /** It was looked at and could not move. */
    boolean busy;

    /** In which it came back, or 0: another offer would play ball with it. */
    long keptInHandover;

    /** What it brings from another process. */
    record Arrived(ChannelSnapshot snapshot, int version) {}

    TrackedChannel(LoopChannels loop, ServedListener listener, long id, Optional<Arrived> arrived) {
        this.loop = loop;
        this.listener = listener;
        this.id = id;
        this.arrived = arrived.orElse(null);
    }

    long id() {
        return id;
    }

    Channel channel() {
        return requireNonNull(context, "context is null").channel();
    }

    int fdNumber() {
        return ((UnixChannel) channel()).fd().intValue();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        loop.opened(this);
        added.channel().closeFuture().addListener(_ -> loop.closed(this));
    }

    /** All other handlers are there by now, and none of them knows that it is active. */
    @Override
    public void channelRegistered(ChannelHandlerContext ours) {
        Arrived from = arrived;
        arrived = null;
        if (from != null) {
            try {
                var _ = ours.writeAndFlush(
                        Unpooled.wrappedBuffer(from.snapshot().unsent()));
                loop.state()
                        .restore(ours.channel(), from.version(), from.snapshot().state());
            } catch (Exception e) {
                LOG.error("client {}: what was saved cannot be restored; the connection is lost", client(), e);
                var _ = ours.close();
                return;
            }
        }
        ours.fireChannelRegistered();
    }

    /** Has the handler that had kept these bytes read them. */
    void replay(byte[] unread) {
        if (unread.length == 0 || !channel().isActive()) {
            return;
        }
        Optional<Map.Entry<String, ChannelHandler>> reader = reader();
        if (reader.isEmpty()) {
            LOG.error(
                    "client {}: {} bytes were read and not used, and no handler of {} is UnreadBytes; the connection is lost",
                    client(),
                    unread.length,
                    channel().pipeline().names());
            var _ = channel().close();
            return;
        }
        // From the place before it: handlers in front have seen these bytes in the other process.
        ChannelHandler front = new ChannelInboundHandlerAdapter();
        channel().pipeline().addBefore(reader.get().getKey(), null, front);
        ChannelHandlerContext place = channel().pipeline().context(front);
        place.fireChannelRead(Unpooled.wrappedBuffer(unread));
        place.fireChannelReadComplete();
        if (!place.isRemoved()) {
            channel().pipeline().remove(front);
        }
    }

    private Optional<Map.Entry<String, ChannelHandler>> reader() {
        for (Map.Entry<String, ChannelHandler> entry : channel().pipeline()) {
            if (entry.getValue() instanceof UnreadBytes) {
                return Optional.of(entry);
            }
        }
        return Optional.empty();
    }

    // --- on its way

    /** Whether it could go now. A fault of the server's own code keeps it. */
    boolean canMove() {
        return channel().isActive()
                && gate != Gate.SHUT
                && !(channel() instanceof DuplexChannel duplex && duplex.isOutputShutdown())
                && client().isPresent()
                && loop.state().movable(channel());
    }

    private Optional<SocketAddress> client() {
        return switch (channel().remoteAddress()) {
            case InetSocketAddress inet
            when !inet.isUnresolved() -> Optional.of(new SocketAddress.Inet(inet.getAddress(), inet.getPort()));
            case io.netty.channel.unix.DomainSocketAddress _ -> Optional.of(new SocketAddress.UnixUnnamed());
            case null, default -> Optional.empty();
        };
    }

    /** What is written from here on waits; what was written goes to the socket as far as it takes it. */
    void hold() {
        gate = Gate.CLOSING;
        requireNonNull(context, "context is null").flush(); // a handler may keep flushes back
    }

    /**
     * Nothing passes any more.
     *
     * @return false when something has been written since {@link #hold}
     */
    boolean shut() {
        gate = Gate.SHUT;
        return held.isEmpty();
    }

    /** Its state, with {@code unsent} bytes. */
    ChannelSnapshot snapshot(byte[] unsent) {
        byte[] unread = new byte[0];
        boolean first = true;
        for (Map.Entry<String, ChannelHandler> entry : channel().pipeline()) {
            if (entry.getValue() instanceof UnreadBytes handler) {
                byte[] its = ByteBufUtil.getBytes(handler.unreadBytes());
                if (first) {
                    unread = its;
                } else if (its.length > 0) {
                    throw new IllegalStateException(
                            "%s is UnreadBytes behind another, and holds %d bytes, expected none"
                                    .formatted(entry.getKey(), its.length));
                }
                first = false;
            }
        }
        return new ChannelSnapshot(
                listener.name(), client().orElseThrow(), loop.state().save(channel()), unread, unsent);
    }

    /** It stays: what was held passes. */
    void letGo() {
        gate = Gate.OPEN;
        ChannelHandlerContext ours = requireNonNull(context, "context is null");
        for (Held next = held.poll(); next != null; next = held.poll()) {
            var _ = ours.write(next.message(), next.promise());
        }
        if (heldFlush) {
            heldFlush = false;
            ours.flush();
        }
    }

    /**
     * Another process has it.
     *
     * @return how many messages were written in vain
     */
    int moved() {
        int lost = held.size();
        for (Held next = held.poll(); next != null; next = held.poll()) {
            ReferenceCountUtil.release(next.message());
            next.promise().tryFailure(new ClosedChannelException());
        }
        return lost;
    }

    @Override
    public void write(ChannelHandlerContext ours, Object message, ChannelPromise promise) {
        if (gate == Gate.OPEN) {
            var _ = ours.write(message, promise);
        } else if (held.size() < MAX_HELD) {
            held.add(new Held(message, promise));
        } else {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new IllegalStateException(
                    "%d messages were written while the connection was on its way to another process"
                            .formatted(MAX_HELD)));
        }
    }

    @Override
    public void flush(ChannelHandlerContext ours) {
        heldFlush |= gate != Gate.OPEN;
        if (gate != Gate.SHUT) {
            ours.flush();
            if (gate == Gate.OPEN) {
                loop.flushed(this);
            }
        }
    }
}
