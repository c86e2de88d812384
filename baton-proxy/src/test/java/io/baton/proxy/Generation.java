package io.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.BaseId;
import io.baton.HotRestart;
import io.baton.HotRestartException;
import io.baton.HotRestartOptions;
import io.baton.MigrationOptions;
import io.baton.ParentDuties;
import io.baton.RestartEpoch;
import io.baton.Stats;
import io.baton.posix.Posix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** One generation of a lineage, as baton serve makes it; several live in one JVM and know nothing of one another. */
final class Generation implements AutoCloseable, ParentDuties {
    private static final AtomicLong BASE_IDS =
            new AtomicLong(ProcessHandle.current().pid() * 1000);

    final Stats stats = new Stats();
    final HotRestart hotRestart;
    final Proxy proxy;
    private final CountDownLatch notAccepting = new CountDownLatch(1);
    private final CountDownLatch terminated = new CountDownLatch(1);

    private Generation(HotRestartOptions options, BatonConfig config, int concurrency)
            throws HotRestartException, ProxyException {
        this.hotRestart = HotRestart.join(options, Posix.linux(), stats);
        try {
            this.proxy = new Proxy(
                    config,
                    hotRestart,
                    stats,
                    Posix.linux(),
                    ProxyOptions.defaults().withConcurrency(concurrency));
        } catch (ProxyException e) {
            hotRestart.close();
            throw e;
        }
    }

    /** A base id that no other test of this machine has. */
    static BaseId freshBaseId() {
        return new BaseId(BASE_IDS.incrementAndGet());
    }

    /** Joined, and nothing else yet. */
    static Generation join(Path directory, BaseId baseId, int epoch, BatonConfig config, int concurrency)
            throws HotRestartException, ProxyException {
        return join(directory, baseId, epoch, config, concurrency, MigrationOptions.defaults());
    }

    /** Joined; its connections move as {@code migration} says. */
    static Generation join(
            Path directory, BaseId baseId, int epoch, BatonConfig config, int concurrency, MigrationOptions migration)
            throws HotRestartException, ProxyException {
        HotRestartOptions options = HotRestartOptions.defaults().with(o -> {
            o.migration = migration;
            o.baseId = baseId;
            o.epoch = new RestartEpoch(epoch);
            o.socketPath = directory.resolve("hot").toString();
            o.statsInterval = Duration.ofMillis(50);
            o.drainTime = Duration.ofSeconds(20);
            o.parentShutdownTime = Duration.ofSeconds(30);
            o.readyTimeout = Duration.ofSeconds(10);
        });
        return new Generation(options, config, concurrency);
    }

    /** Has its listeners, and is not accepting. */
    Generation started() throws HotRestartException, ProxyException {
        try {
            var _ = hotRestart.shutdownParentAdmin();
            proxy.start();
            return this;
        } catch (HotRestartException | ProxyException e) {
            close();
            throw e;
        }
    }

    /** Accepts and has taken over. */
    Generation serving() throws HotRestartException, ProxyException {
        started();
        hotRestart.serve(this);
        proxy.accept();
        hotRestart.ready();
        return this;
    }

    /** DrainListeners has no answer: the child is ready a moment before its parent stops accepting. */
    void awaitNotAccepting() throws InterruptedException {
        assertThat(notAccepting.await(20, TimeUnit.SECONDS)).isTrue();
    }

    /** Waits until it is told to end, as a drained parent is, and ends. */
    void retire() throws InterruptedException {
        assertThat(terminated.await(20, TimeUnit.SECONDS)).isTrue();
        close();
    }

    long counter(String name) {
        proxy.publishBytes();
        return stats.counter(name).value();
    }

    @Override
    public void closeAdmin() {}

    @Override
    public void reopenAdmin() {}

    @Override
    public void drainListeners() {
        proxy.stopAccepting();
        notAccepting.countDown();
    }

    @Override
    public long connections() {
        return proxy.connections();
    }

    @Override
    public void terminate() {
        terminated.countDown();
    }

    @Override
    public void close() {
        proxy.close();
        hotRestart.close();
    }
}
