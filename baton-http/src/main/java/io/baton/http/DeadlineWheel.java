package io.baton.http;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one event loop. Moving a deadline into the future, which every request does several times, is a store: it is looked at
 * when the old time comes, and put where it belongs then. Up to a tick late, never early. Event loop only.
 */
final class DeadlineWheel {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int SLOTS = 1024;

    private final EventLoop loop;
    private final @Nullable Deadline[] slots = new Deadline[SLOTS];
    private final long startNanos = System.nanoTime();
    private long tick;
    private int linked;
    private boolean ticking;

    DeadlineWheel(EventLoop loop) {
        this.loop = loop;
    }

    /** Replaces what was set before. */
    void set(Deadline deadline, long delayNanos) {
        long now = System.nanoTime() - startNanos;
        deadline.atNanos = now + delayNanos;
        long due = dueTick(deadline.atNanos);
        if (deadline.linked) {
            if (due >= deadline.tick) {
                return;
            }
            unlink(deadline);
        }
        startTicking(now);
        link(deadline, Math.max(due, tick + 1));
    }

    /** The deadline is off; it may be set again. */
    void clear(Deadline deadline) {
        deadline.atNanos = Deadline.NEVER;
    }

    /** Takes the deadline off, and says how long it would have lasted: less than 0 when it is overdue, {@link Deadline#NEVER} if it was off. */
    long suspend(Deadline deadline) {
        long at = deadline.atNanos;
        clear(deadline);
        return at == Deadline.NEVER ? Deadline.NEVER : at - (System.nanoTime() - startNanos);
    }

    /** @param leftNanos as {@link #suspend} said, possibly in another process */
    void resume(Deadline deadline, long leftNanos) {
        if (leftNanos != Deadline.NEVER) {
            set(deadline, leftNanos);
        }
    }

    /** The deadline will not be set again: nothing refers to it afterwards. */
    void remove(Deadline deadline) {
        deadline.atNanos = Deadline.NEVER;
        if (deadline.linked) {
            unlink(deadline);
        }
    }

    private static long dueTick(long atNanos) {
        return atNanos / TICK_NANOS + 1;
    }

    private void startTicking(long now) {
        if (!ticking) {
            ticking = true;
            tick = now / TICK_NANOS;
            schedule();
        }
    }

    private void schedule() {
        var _ = loop.schedule(this::onTick, TICK_NANOS, TimeUnit.NANOSECONDS);
    }

    private void onTick() {
        long now = System.nanoTime() - startNanos;
        long current = now / TICK_NANOS;
        long first = Math.max(tick + 1, current - SLOTS + 1);
        tick = current;
        for (long past = first; past <= current; past++) {
            look((int) (past % SLOTS), now);
        }
        if (linked == 0) {
            ticking = false;
        } else {
            schedule();
        }
    }

    /** Empties the slot before any action runs: actions set and remove deadlines, also those that are next here. */
    private void look(int slot, long now) {
        Deadline due = null;
        Deadline each = slots[slot];
        slots[slot] = null;
        while (each != null) {
            Deadline following = each.next;
            each.previous = null;
            each.next = null;
            each.linked = false;
            linked--;
            if (each.atNanos <= now) {
                each.nextDue = due;
                due = each;
            } else if (each.atNanos != Deadline.NEVER) {
                link(each, Math.max(dueTick(each.atNanos), tick + 1));
            }
            each = following;
        }
        run(due, now);
    }

    private static void run(@Nullable Deadline first, long now) {
        Deadline due = first;
        while (due != null) {
            Deadline each = due;
            due = each.nextDue;
            each.nextDue = null;
            if (each.atNanos <= now) { // an action before may have moved it
                each.atNanos = Deadline.NEVER;
                each.action.run();
            }
        }
    }

    private void link(Deadline deadline, long atTick) {
        int slot = (int) (atTick % SLOTS);
        deadline.tick = atTick;
        deadline.linked = true;
        deadline.previous = null;
        deadline.next = slots[slot];
        if (deadline.next != null) {
            deadline.next.previous = deadline;
        }
        slots[slot] = deadline;
        linked++;
    }

    private void unlink(Deadline deadline) {
        if (deadline.previous == null) {
            slots[(int) (deadline.tick % SLOTS)] = deadline.next;
        } else {
            deadline.previous.next = deadline.next;
        }
        if (deadline.next != null) {
            deadline.next.previous = deadline.previous;
        }
        deadline.previous = null;
        deadline.next = null;
        deadline.linked = false;
        linked--;
    }
}
