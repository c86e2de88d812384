package io.baton.bench;

import io.netty.channel.EventLoop;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs a tick on an event loop every so often, from a thread of its own: Netty's timers are good to a millisecond only, too
 * coarse to send 5,000 requests a second evenly. A tick that is still waiting for the loop is not queued twice.
 */
final class Pacer implements AutoCloseable {
    private final EventLoop loop;
    private final Runnable tick;
    private final long periodNanos;
    private final AtomicBoolean queued = new AtomicBoolean();
    private final Thread thread;
    private volatile boolean running = true;

    Pacer(String name, EventLoop loop, long periodNanos, Runnable tick) {
        this.loop = loop;
        this.tick = tick;
        this.periodNanos = periodNanos;
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        long next = System.nanoTime();
        while (running) {
            long wait = next - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
                continue;
            }
            // After a long sleep of this thread one tick is enough: the tick itself sends all that is due.
            next = Math.max(next + periodNanos, System.nanoTime());
            if (queued.compareAndSet(false, true)) {
                loop.execute(this::tickOnLoop);
            }
        }
    }

    private void tickOnLoop() {
        queued.set(false);
        tick.run();
    }

    /** Returns when no further tick will be queued. */
    @Override
    public void close() {
        running = false;
        LockSupport.unpark(thread);
        try {
            thread.join(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
