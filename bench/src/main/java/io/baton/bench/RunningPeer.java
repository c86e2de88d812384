package io.baton.bench;

import java.util.Set;

/** A proxy that serves. */
interface RunningPeer extends AutoCloseable {
    /** The processes that move the bytes, as of now. */
    Set<Long> pids();

    /** Replaces its processes, in the way its manual says. */
    Restart restart() throws BenchException;

    @Override
    void close();

    default double cpuSeconds() {
        return pids().stream().mapToDouble(ProcFs::cpuSeconds).sum();
    }

    default long rssBytes() {
        return pids().stream().mapToLong(ProcFs::rssBytes).sum();
    }
}
