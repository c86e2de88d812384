package io.baton.relay;

import io.baton.posix.Posix;

/** What the parts of one loop share. */
record LoopParts(
        Posix posix,
        Epoll epoll,
        LoopClock clock,
        TimerWheel wheel,
        Budget budget,
        RelayOptions options,
        RelayObserver observer) {}
