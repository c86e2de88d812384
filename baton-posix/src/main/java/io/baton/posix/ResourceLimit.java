package io.baton.posix;

/** A soft and a hard limit; getrlimit(2). {@link Long#MAX_VALUE} stands for RLIM_INFINITY. */
public record ResourceLimit(long soft, long hard) {}
