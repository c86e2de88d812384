package io.baton.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;

/** One connection of a {@link PingLoad}: at most one ping under way. On the load's event loop. */
// Netty's futures are not waited for: what fails shows as exceptionCaught or channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class PingConnection extends SimpleChannelInboundHandler<ByteBuf> {
    private static final int LONGS = 8;
    private static final int BYTES = LONGS * Long.BYTES;

    private final PingLoad load;
    private final SocketChannel channel;
    private final int index;
    private long number;
    private long dueNanos;
    private long sentNanos;
    private int awaited;
    private boolean last;
    private boolean over;

    PingConnection(PingLoad load, SocketChannel channel, int index) {
        this.load = load;
        this.channel = channel;
        this.index = index;
    }

    /** What was due while one was under way is not sent later: that one has it in its latency. */
    void pingIfDue(long now, long intervalNanos) {
        if (over || awaited > 0 || now < dueNanos) {
            return;
        }
        dueNanos = dueNanos == 0 ? now + index % 5 * intervalNanos / 5 : Math.max(dueNanos + intervalNanos, now);
        send(now);
    }

    /** Whether busy or idle until now: it must answer once more. */
    void lastPing(long now) {
        last = true;
        if (!over && awaited == 0) {
            send(now);
        }
    }

    boolean hasAnsweredLast() {
        return last && awaited == 0 && !over;
    }

    private void send(long now) {
        sentNanos = now;
        awaited = BYTES;
        number++;
        ByteBuf ping = channel.alloc().directBuffer(BYTES);
        for (int i = 0; i < LONGS; i++) {
            ping.writeLong(number * LONGS + i);
        }
        channel.writeAndFlush(ping);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
        while (bytes.isReadable() && !over) {
            int at = BYTES - awaited;
            long word = number * LONGS + at / Long.BYTES;
            byte expected = (byte) (word >>> ((Long.BYTES - 1 - at % Long.BYTES) * Byte.SIZE));
            byte got = bytes.readByte();
            if (awaited == 0 || got != expected) {
                fail(FailureCause.WRONG_BYTES, "connection %d: byte %d of ping %d".formatted(index, at, number));
                return;
            }
            awaited--;
        }
        if (awaited == 0) {
            load.answered(index, sentNanos, System.nanoTime());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(FailureCause.CUT, "connection %d was closed".formatted(index));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(FailureCause.RESET, "connection %d: %s".formatted(index, cause.getMessage()));
    }

    private void fail(FailureCause cause, String example) {
        if (!over) {
            over = true;
            load.failed(cause, example);
            channel.close();
        }
    }

    void end() {
        over = true;
        channel.close();
    }
}
