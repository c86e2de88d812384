package io.baton.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelInboundHandler;

/**
 * A handler that keeps bytes it has read and has not used yet: a decoder in the middle of a message. For any of Netty's own it takes a
 * subclass with one line, {@code return internalBuffer();}.
 *
 * <p>In the next process these bytes are the first that the same handler of the new pipeline reads, before what is in the socket. So
 * what it has used of them must be used as a whole, or be part of what {@link ChannelState#save} gives.
 */
public interface UnreadBytes extends ChannelInboundHandler {

    /** What it holds, readable bytes only; still the handler's, and not changed by the caller. Event loop. */
    ByteBuf unreadBytes();
}
