package io.baton.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.BaseId;
import io.baton.HotRestart;
import io.baton.HotRestartException;
import io.baton.HotRestartOptions;
import io.baton.ParentDuties;
import io.baton.RestartEpoch;
import io.baton.Stats;
import io.baton.admin.ServerInfo.CommandLine;
import io.baton.posix.Posix;
import io.baton.proxy.BatonConfig;
import io.baton.proxy.Proxy;
import io.baton.proxy.ProxyException;
import io.baton.proxy.ProxyOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One generation with its admin, as baton serve makes it. */
final class AdminGeneration implements AutoCloseable, ParentDuties, ServerControl {
    private final HotRestart hotRestart;
    private final Proxy proxy;
    private final LiveView view;
    private final AdminServer admin;
    private final CountDownLatch toldToEnd = new CountDownLatch(1);

    AdminGeneration(Path directory, BaseId baseId, int epoch, BatonConfig config)
            throws HotRestartException, ProxyException {
        HotRestartOptions options = HotRestartOptions.defaults().with(o -> {
            o.baseId = baseId;
            o.epoch = new RestartEpoch(epoch);
            o.socketPath = directory.resolve("hot").toString();
            o.readyTimeout = Duration.ofSeconds(10);
        });
        Stats stats = new Stats();
        ProxyOptions proxyOptions = ProxyOptions.defaults().withConcurrency(1);
        hotRestart = HotRestart.join(options, Posix.linux(), stats);
        proxy = new Proxy(config, hotRestart, stats, Posix.linux(), proxyOptions);
        view = new LiveView(
                "baton/test",
                Instant.now(),
                new CommandLine(baseId, proxyOptions.concurrency(), "", "", options),
                hotRestart,
                proxy,
                stats);
        admin = new AdminServer(config.admin().orElseThrow().address(), view, this);
    }

    AdminGeneration serving() throws HotRestartException, ProxyException, AdminException {
        starting();
        finish();
        return this;
    }

    /** Has the listeners and the admin, and has not taken over. */
    void starting() throws HotRestartException, ProxyException, AdminException {
        var _ = hotRestart.shutdownParentAdmin();
        proxy.start();
        admin.open();
        hotRestart.serve(this);
    }

    void finish() throws HotRestartException, ProxyException {
        proxy.accept();
        hotRestart.ready();
    }

    ServerInfo info() {
        return view.info();
    }

    void awaitToldToEnd() throws InterruptedException {
        assertThat(toldToEnd.await(20, TimeUnit.SECONDS)).isTrue();
    }

    /** As a drained parent. */
    void retire() throws InterruptedException {
        awaitToldToEnd();
        close();
    }

    @Override
    public void closeAdmin() {
        admin.close();
    }

    @Override
    public void reopenAdmin() {
        admin.reopen();
    }

    @Override
    public void drainListeners() {
        proxy.stopAccepting();
    }

    @Override
    public long connections() {
        return proxy.connections();
    }

    @Override
    public void terminate() {
        toldToEnd.countDown();
    }

    @Override
    public void drainListeners(boolean graceful) {
        hotRestart.drain();
    }

    @Override
    public void quit() {
        toldToEnd.countDown();
    }

    @Override
    public void close() {
        admin.close();
        proxy.close();
        hotRestart.close();
    }
}
