package io.baton.http;

import java.util.concurrent.TimeUnit;

/**
 * How many frames a peer may send that cost us work and bring no request on: PING, SETTINGS, PRIORITY, WINDOW_UPDATE and unknown ones.
 * Time and frames of requests and responses earn more of them: a client that measures the line sends a PING or a WINDOW_UPDATE for every
 * few frames of data. Event loop only.
 */
final class FrameBudget {
    private static final int MOST = 10_000;
    private static final int EACH_SECOND = 100;
    private static final int EACH_PROGRESS = 10;

    private long left = MOST;
    private long refilledNanos = System.nanoTime();

    /** Returns whether there was one left. */
    boolean spend() {
        if (left == 0) {
            refill();
        }
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }

    /** A frame of a request or a response went or came. */
    void progress() {
        left = Math.min(MOST, left + EACH_PROGRESS);
    }

    private void refill() {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - refilledNanos);
        refilledNanos += TimeUnit.SECONDS.toNanos(seconds);
        left = Math.min(MOST, seconds * EACH_SECOND);
    }
}
