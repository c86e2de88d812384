package io.baton.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import org.jspecify.annotations.Nullable;

/** One connection whose every byte must come back once, in order and unchanged. On the load's event loop. */
// Netty's futures are not waited for: what fails shows as exceptionCaught or channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class EchoStream extends SimpleChannelInboundHandler<ByteBuf> {
    private static final long MAX_BYTES_UNDER_WAY = 256 * 1024;

    private final EchoLoad load;
    private final SocketChannel channel;
    private final String name;
    private final Content content;
    private final long retireAtNanos;

    private long sentBytes;
    private long receivedBytes;
    private long nextChunkNanos;
    /** When the byte awaited now began to be awaited: sent on an idle stream, or the one before it came. */
    private long awaitedSinceNanos;

    private boolean ending;
    private boolean over;
    private @Nullable Throwable lastError;

    EchoStream(EchoLoad load, SocketChannel channel, long number, long retireAtNanos, long firstChunkNanos) {
        this.load = load;
        this.channel = channel;
        this.name = "stream %,d from %s".formatted(number, channel.localAddress());
        this.content = new Content(load.plan().seed() + number);
        this.retireAtNanos = retireAtNanos;
        this.nextChunkNanos = firstChunkNanos;
    }

    /** Sends what is due, ends the stream when its time has come, fails it when bytes stay away for too long. */
    void tick(long now, boolean stopping) {
        if (over) {
            return;
        }
        if (now - awaitedSinceNanos >= load.plan().timeout().toNanos() && isOwedSomething()) {
            fail(FailureCause.TIMEOUT, "nothing for " + load.plan().timeout());
        } else if (!ending && (stopping || now >= retireAtNanos)) {
            ending = true;
            if (sentBytes == receivedBytes) {
                awaitedSinceNanos = now;
            }
            channel.shutdownOutput();
        } else if (!ending && now >= nextChunkNanos) {
            sendChunk(now);
        }
    }

    /** Bytes, or the end. */
    private boolean isOwedSomething() {
        return ending || receivedBytes < sentBytes;
    }

    private void sendChunk(long now) {
        int length = load.plan().chunkBytes();
        nextChunkNanos = Math.max(nextChunkNanos + load.plan().chunkInterval().toNanos(), now);
        if (sentBytes - receivedBytes + length > MAX_BYTES_UNDER_WAY || !channel.isWritable()) {
            return;
        }
        if (sentBytes == receivedBytes) {
            awaitedSinceNanos = now;
        }
        ByteBuf chunk = channel.alloc().directBuffer(length);
        content.write(chunk, sentBytes, length);
        sentBytes += length;
        channel.writeAndFlush(chunk);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
        if (over) {
            return;
        }
        long now = System.nanoTime();
        load.paused(now - awaitedSinceNanos, now);
        awaitedSinceNanos = now;
        long wrong = content.firstMismatch(bytes, receivedBytes);
        if (wrong >= 0) {
            byte got = bytes.getByte(bytes.readerIndex() + (int) (wrong - receivedBytes));
            fail(
                    FailureCause.WRONG_BYTES,
                    "byte %,d is 0x%02x, expected 0x%02x".formatted(wrong, got, content.byteAt(wrong)));
            return;
        }
        receivedBytes += bytes.readableBytes();
        load.checked(bytes.readableBytes());
        if (receivedBytes > sentBytes) {
            fail(
                    FailureCause.WRONG_BYTES,
                    "%,d bytes came back, only %,d were sent".formatted(receivedBytes, sentBytes));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ended();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        lastError = cause;
        channel.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ended();
        load.closed(this);
    }

    private void ended() {
        if (over) {
            return;
        }
        Throwable error = lastError;
        if (error != null) {
            fail(FailureCause.RESET, "after %,d of %,d bytes: %s".formatted(receivedBytes, sentBytes, error));
        } else if (!ending || receivedBytes < sentBytes) {
            fail(FailureCause.CUT, "after %,d of %,d bytes".formatted(receivedBytes, sentBytes));
        } else {
            over = true;
            load.complete();
            channel.close();
        }
    }

    private void fail(FailureCause cause, String detail) {
        over = true;
        load.failed(cause, name + ": " + detail);
        channel.close();
    }
}
