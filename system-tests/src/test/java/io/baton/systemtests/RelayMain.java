package io.baton.systemtests;

import static java.util.Objects.requireNonNull;

import io.baton.BaseId;
import io.baton.HotRestart;
import io.baton.HotRestartException;
import io.baton.HotRestartOptions;
import io.baton.ParentDuties;
import io.baton.RestartEpoch;
import io.baton.Stats;
import io.baton.posix.Posix;
import io.baton.proxy.ConfigLoader;
import io.baton.proxy.Proxy;
import io.baton.proxy.ProxyException;
import io.baton.proxy.ProxyOptions;
import io.baton.testkit.ChildJvm;
import io.baton.testkit.HandoverIncident;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A generation of Baton's proxy in a process of its own to which something happens around what it says on the handover channel. Arguments:
 * config, socket path, base id, epoch, and {@linkplain HandoverIncident what is to happen}.
 */
final class RelayMain implements ParentDuties {
    /** Connections in one offer. */
    static final int BATCH = 8;

    /** How long a side waits for an answer to an offer. */
    static final Duration STALL = Duration.ofMillis(800);

    private static final AtomicReference<@Nullable HotRestart> TO_UNDO = new AtomicReference<>();

    private final HotRestart hotRestart;
    private final Proxy proxy;

    private RelayMain(HotRestart hotRestart, Proxy proxy) {
        this.hotRestart = hotRestart;
        this.proxy = proxy;
    }

    static ChildJvm start(Path config, BaseId baseId, int epoch, List<HandoverIncident> incidents) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                config.toString(),
                config.resolveSibling("hot").toString(),
                Long.toString(baseId.value()),
                Integer.toString(epoch)));
        incidents.forEach(incident -> arguments.add(incident.toString()));
        return ChildJvm.start(RelayMain.class, arguments.toArray(String[]::new));
    }

    public static void main(String[] arguments) throws Exception {
        Posix posix = HandoverIncident.aroundAll(
                Posix.linux(),
                List.of(arguments).subList(4, arguments.length),
                now -> say("happens: " + now),
                () -> requireNonNull(TO_UNDO.get()).rollBack("the test wants it"));
        HotRestartOptions options = HotRestartOptions.defaults().with(o -> {
            o.socketPath = arguments[1];
            o.baseId = new BaseId(Long.parseLong(arguments[2]));
            o.epoch = new RestartEpoch(Integer.parseInt(arguments[3]));
            o.statsInterval = Duration.ofMillis(50);
            o.migration = o.migration.withBatch(BATCH).withStallTimeout(STALL);
        });
        Stats stats = new Stats();
        try (HotRestart joined = HotRestart.join(options, posix, stats);
                // With one worker batches are as large as they may be.
                Proxy proxy = new Proxy(
                        ConfigLoader.load(Path.of(arguments[0])),
                        joined,
                        stats,
                        posix,
                        ProxyOptions.defaults().withConcurrency(1))) {
            TO_UNDO.set(joined);
            new RelayMain(joined, proxy).begin();
            Thread.sleep(Duration.ofMinutes(2)); // until the child ends it
        } catch (HotRestartException e) {
            say("failed: " + e.getMessage());
        }
        System.exit(1);
    }

    private void begin() throws HotRestartException, ProxyException {
        var _ = hotRestart.shutdownParentAdmin();
        proxy.start();
        hotRestart.serve(this);
        proxy.accept();
        hotRestart.ready();
        say("done ready");
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    @Override
    public void closeAdmin() {}

    @Override
    public void reopenAdmin() {
        say("duty reopenAdmin");
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
        say("duty terminate");
        System.exit(0);
    }
}
