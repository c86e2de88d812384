package io.baton.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections there are, from the moment they are accepted: while one is on its way to its loop the process must not think that
 * it is empty, nor a framework shut down that has not seen it. First in a server channel's pipeline. Thread-safe.
 */
@ChannelHandler.Sharable
final class ConnectionCount extends ChannelInboundHandlerAdapter {
    private final AtomicInteger open = new AtomicInteger();

    /** Accepted, and without their handlers yet. */
    private int onTheirWay;

    /** First in an accepted channel's pipeline. */
    private final class Arrival extends ChannelInboundHandlerAdapter {
        private boolean over;

        /** All other handlers are there by now. */
        @Override
        public void channelRegistered(ChannelHandlerContext context) {
            end();
            context.fireChannelRegistered();
            context.pipeline().remove(this);
        }

        void end() {
            if (!over) {
                over = true;
                arrived();
            }
        }
    }

    private synchronized void accepted() {
        onTheirWay++;
    }

    private synchronized void arrived() {
        onTheirWay--;
        notifyAll();
    }

    /**
     * Waits until all that were accepted have their handlers.
     *
     * @return false when some have none by then
     */
    synchronized boolean awaitArrivals(Duration patience) {
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        try {
            for (long left = patience.toNanos(); onTheirWay > 0 && left > 0; left = deadlineNanos - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return onTheirWay == 0;
    }

    int open() {
        return open.get();
    }

    void opened() {
        open.incrementAndGet();
    }

    void closed() {
        open.decrementAndGet();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof Channel child) {
            opened();
            accepted();
            Arrival arrival = new Arrival();
            child.pipeline().addLast(arrival);
            child.closeFuture().addListener(_ -> {
                arrival.end();
                closed();
            });
        }
        context.fireChannelRead(message);
    }
}
