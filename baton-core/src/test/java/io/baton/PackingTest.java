package io.baton;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketType;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.ConnectionSource;
import io.baton.spi.Heirloom;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What one image packs, the next finds; and what is unpacked by the same image goes on. Exec itself is left out: tests of real processes have it. */
@Timeout(60)
class PackingTest {
    private static final Posix POSIX = Posix.linux();
    private static final Duration NO_PATIENCE = Duration.ZERO;

    @TempDir
    Path directory;

    private static ListenSpec anywhere() {
        return new ListenSpec(
                new SocketAddress.Inet(InetAddress.getLoopbackAddress(), 0), SocketType.STREAM, 0, false, 16);
    }

    @Test
    void whatTheImageBeforeHadIsThereAgain() throws Exception {
        HotRestartOptions options = HotRestartOptions.defaults().with(values -> values.disabled = true);
        Ledger ledger = new Ledger();
        StringBuilder taken = new StringBuilder();
        HotRestart before = HotRestart.join(options, POSIX, counted("requests", 41));
        TestPath old = new TestPath("before", ledger);
        before.register((ConnectionSource) old);
        before.register(heirloom("k", new StringBuilder("secret")));
        ListenerSocket listener = before.listeners().listen(anywhere());
        listener.activate();
        before.serve(new NoDuties());
        before.ready();
        old.open(7);
        AtomicInteger told = new AtomicInteger();

        Packing packing = before.pack(old::live, told::incrementAndGet, NO_PATIENCE);

        assertThat(packing.connections()).isEqualTo(7);
        assertThat(packing.cut()).isZero();
        assertThat(told).hasValue(0);
        Belongings belongings = BelongingsCodec.read(
                BelongingsCodecTest.written(packing.belongings(new Belongings.WayBack("/bin/baton", new byte[0]))));
        // From here on nobody uses the image before, as if it were gone.
        Stats stats = new Stats();
        try (HotRestart after = HotRestart.resume(options, POSIX, stats, HotRestartObserver.NONE, belongings);
                TestPath path = new TestPath("after", ledger)) {
            after.register((ConnectionSource) path);
            after.register((ConnectionRestorer) path);
            after.register(heirloom("k", taken));
            ListenerSocket found =
                    after.listeners().listen(new ListenSpec(listener.boundAddress(), SocketType.STREAM, 0, false, 16));
            assertThat(found.inherited()).isTrue();
            after.serve(new NoDuties());
            after.ready();

            assertThat(path.live()).isEqualTo(7);
            assertThat(ledger.wrongs()).isEmpty();
            assertThat(ledger.owners().values()).containsOnly(Set.of("after"));
            assertThat(taken).hasToString("secret");
            assertThat(after.images()).isEqualTo(1);
            assertThat(stats.counters()).containsEntry("requests", 41L).containsEntry("baton.in_place_restarts", 1L);
            SocketAddress.Inet bound = (SocketAddress.Inet) found.boundAddress();
            try (Socket client = new Socket(bound.host(), bound.port())) {
                assertThat(client.isConnected()).isTrue();
            }
        }
    }

    @Test
    void whatIsNotReplacedGoesOnAndChildrenMayComeAgain() throws Exception {
        HotRestartOptions options = HotRestartOptions.defaults().with(values -> {
            values.socketPath = directory.resolve("s").toString();
            values.baseId = new BaseId(ProcessHandle.current().pid() % 10_000_000 + 300_000_000L);
            values.exitWhenDrained = false; // the parent is looked at while it drains
        });
        HotRestartOptions child = options.with(values -> values.epoch = new RestartEpoch(1));
        Ledger ledger = new Ledger();
        TestPath path = new TestPath("parent", ledger);
        try (Server server =
                Server.start(POSIX, options, starting -> starting.hotRestart.register((ConnectionSource) path))) {
            path.open(3);

            Packing packing = server.hotRestart.pack(() -> path.live() + 2, () -> {}, NO_PATIENCE);

            assertThat(packing.connections()).isEqualTo(3);
            assertThat(packing.cut()).isEqualTo(2);
            // Not even when the parent's thread looks after it, as it does after a child that died.
            SharedMemory memory = SharedMemory.open(POSIX, options.baseId()).orElseThrow();
            await().during(Duration.ofMillis(1500)).until(memory::initializing);
            assertThatThrownBy(() -> HotRestart.join(child, POSIX, new Stats()))
                    .isInstanceOf(HotRestartException.class)
                    .hasMessageContaining("still initializing");
            assertThatThrownBy(() -> server.hotRestart.pack(path::live, () -> {}, NO_PATIENCE))
                    .isInstanceOf(HotRestartException.class);

            packing.undo();

            assertThat(ledger.owners().values()).containsOnly(Set.of("parent"));
            assertThat(ledger.wrongs()).isEmpty();
            try (Server next = Server.start(child)) {
                assertThat(next.hotRestart.state()).isInstanceOf(HotRestartState.Serving.class);
                assertThatThrownBy(() -> next.hotRestart.pack(() -> 0, () -> {}, NO_PATIENCE))
                        .hasMessageContaining("its parent is still there");
                assertThatThrownBy(() -> server.hotRestart.pack(() -> 0, () -> {}, NO_PATIENCE))
                        .hasMessageContaining("expected one that serves on its own");
            }
        }
        path.close();
    }

    private static Stats counted(String name, long value) {
        Stats stats = new Stats();
        stats.counter(name).add(value);
        return stats;
    }

    private static Heirloom heirloom(String name, StringBuilder held) {
        return new Heirloom() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public byte[] give() {
                return held.toString().getBytes(UTF_8);
            }

            @Override
            public void take(byte[] bytes) {
                held.append(new String(bytes, UTF_8));
            }
        };
    }

    /** Nobody asks it anything. */
    private static final class NoDuties implements ParentDuties {
        @Override
        public void closeAdmin() {}

        @Override
        public void reopenAdmin() {}

        @Override
        public void drainListeners() {}

        @Override
        public long connections() {
            return 0;
        }

        @Override
        public void terminate() {}
    }
}
