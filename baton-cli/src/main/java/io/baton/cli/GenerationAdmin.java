package io.baton.cli;

import io.baton.HotRestart;
import io.baton.Stats;
import io.baton.proxy.Proxy;
import java.time.Instant;

/** The admin of this generation, if its config wants one. */
final class GenerationAdmin implements AutoCloseable {
    GenerationAdmin(
            ServeSettings settings, HotRestart hotRestart, Proxy proxy, Stats stats, Instant started, Runnable end) {}

    void open() {}

    void reopen() {}

    @Override
    public void close() {}
}
