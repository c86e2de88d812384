package io.baton.relay;

import io.baton.posix.Posix;

/**
 * What the parts of one loop share.
 *
 * @param onMovable to be run when there is a connection that could move, should anybody want it
 */
record LoopParts(
        Posix posix,
        Epoll epoll,
        LoopClock clock,
        TimerWheel wheel,
        Budget budget,
        RelayOptions options,
        RelayObserver observer,
        Runnable onMovable) {}
