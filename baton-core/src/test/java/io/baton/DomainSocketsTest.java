package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import io.baton.testkit.FaultyPosix;
import io.baton.testkit.FdCount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DomainSocketsTest {
    private static final RestartEpoch EPOCH = new RestartEpoch(4);

    @TempDir
    Path directory;

    private DomainSocketNames paths() {
        return new DomainSocketNames(directory.resolve("s").toString(), new BaseId(7));
    }

    @Test
    void namesAreEnvoys() {
        DomainSocketNames names = new DomainSocketNames("@envoy_domain_socket", new BaseId(12));

        assertThat(names.address(DomainSocketNames.Role.UDP_PARENT, EPOCH))
                .isEqualTo(new SocketAddress.UnixAbstract("envoy_domain_socket_udp_parent_121", true));
        assertThat(paths().address(DomainSocketNames.Role.CHILD, EPOCH))
                .isEqualTo(new SocketAddress.UnixPath(directory + "/s_child_71"));
    }

    @Test
    void livePathIsInUseAndStalePathIsReplaced() throws Exception {
        DomainSockets live = DomainSockets.bind(Posix.linux(), paths(), EPOCH, 0600);
        assertThatThrownBy(() -> DomainSockets.bind(Posix.linux(), paths(), EPOCH, 0600))
                .isInstanceOf(HotRestartException.AddressInUse.class)
                .hasMessage("unable to bind domain socket with base_id=70, id=4, errno=98 (see --base-id option)");
        live.close();

        try (Fd dead = Posix.linux().socket(SocketFamily.UNIX, SocketType.DATAGRAM, true)) {
            Posix.linux().bind(dead, new SocketAddress.UnixPath(directory + "/s_parent_71"));
        }
        assertThat(directory.resolve("s_parent_71")).exists();
        DomainSockets.bind(Posix.linux(), paths(), EPOCH, 0600).close();
        assertThat(directory.resolve("s_parent_71")).doesNotExist();
    }

    @Test
    void whatIsNoSocketIsNotReplaced() throws Exception {
        Path file = Files.writeString(directory.resolve("s_udp_parent_71"), "precious");
        int before = FdCount.now();
        assertThatThrownBy(() -> DomainSockets.bind(Posix.linux(), paths(), EPOCH, 0600))
                .isInstanceOf(HotRestartException.class)
                .hasMessageContaining("errno=98");
        assertThat(file).content().isEqualTo("precious");
        assertThat(FdCount.now()).isEqualTo(before);
        assertThat(directory.resolve("s_child_71")).doesNotExist();
    }

    @Test
    void theModeAppliesWhateverTheUmask() throws Exception {
        for (int mode : new int[] {0600, 0660, 0666}) {
            try (DomainSockets sockets = DomainSockets.bind(Posix.linux(), paths(), EPOCH, mode)) {
                assertThat(sockets.socket(DomainSocketNames.Role.CHILD).isClosed())
                        .isFalse();
                int actual = (Integer) Files.getAttribute(directory.resolve("s_child_71"), "unix:mode") & 0777;
                assertThat(Integer.toOctalString(actual)).isEqualTo(Integer.toOctalString(mode));
            }
        }
    }

    @Test
    void ofManyStartersAtOnceExactlyOneGetsTheNames() throws Exception {
        int starters = 8;
        for (int round = 0; round < 20; round++) {
            try (Fd dead = Posix.linux().socket(SocketFamily.UNIX, SocketType.DATAGRAM, true)) {
                Posix.linux()
                        .bind(
                                dead,
                                new SocketAddress.UnixPath(directory + "/s_child_71")); // a stale path to fight over
            }
            CyclicBarrier together = new CyclicBarrier(starters);
            try (ExecutorService executor = Executors.newFixedThreadPool(starters)) {
                Callable<Boolean> starter = () -> {
                    together.await();
                    return binds();
                };
                List<Future<Boolean>> results = executor.invokeAll(java.util.Collections.nCopies(starters, starter));
                int winners = 0;
                for (Future<Boolean> result : results) {
                    winners += result.get() ? 1 : 0;
                }
                assertThat(winners).isEqualTo(1);
                bound.forEach(DomainSockets::close);
                bound.clear();
            }
        }
    }

    private final List<DomainSockets> bound = new java.util.concurrent.CopyOnWriteArrayList<>();

    private boolean binds() throws HotRestartException {
        try {
            bound.add(DomainSockets.bind(Posix.linux(), paths(), EPOCH, 0600));
            return true;
        } catch (HotRestartException.AddressInUse e) {
            return false;
        }
    }

    @Test
    void dynamicBaseIdRetriesOnlyAddressInUse() throws Exception {
        HotRestartOptions dynamic = Lineages.fresh().with(options -> options.dynamicBaseId = true);
        FaultyPosix faulty = new FaultyPosix(Posix.linux()).fail("bind", Errno.EADDRINUSE, 99);
        try (HotRestart hotRestart = HotRestart.join(dynamic, faulty.posix(), new Stats())) {
            assertThat(hotRestart.baseId().value()).isBetween(0L, 0x0FFF_FFFFL);
            assertThat(faulty.calls("bind")).isEqualTo(99 + 4);
        }

        faulty.fail("bind", Errno.EACCES, 1);
        assertThatThrownBy(() -> HotRestart.join(dynamic, faulty.posix(), new Stats()))
                .isInstanceOf(HotRestartException.class)
                .hasMessageContaining("errno=13");

        faulty.heal();
        faulty.fail("bind", Errno.EADDRINUSE, 100);
        assertThatThrownBy(() -> HotRestart.join(dynamic, faulty.posix(), new Stats()))
                .isInstanceOf(HotRestartException.class)
                .hasMessage("unable to select a dynamic base id");
    }

    @Test
    void aDynamicBaseIdIsForTheFirstEpochOnly() {
        assertThatThrownBy(() -> HotRestartOptions.defaults().with(options -> {
                    options.dynamicBaseId = true;
                    options.epoch = new RestartEpoch(1);
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cannot use --restart-epoch=1 with --use-dynamic-base-id");
    }
}
