package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.baton.posix.Posix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SharedMemoryTest {
    private static final Posix POSIX = Posix.linux();

    private final HotRestartOptions epoch0 = Lineages.fresh();
    private final HotRestartOptions epoch1 = Lineages.next(epoch0);
    private final Path file = Path.of("/dev/shm", SharedMemory.name(epoch0.baseId()));
    private Server parent;

    @BeforeEach
    void startParent() throws HotRestartException {
        parent = Server.start(epoch0);
    }

    @AfterEach
    void endParent() {
        parent.close();
    }

    @Test
    void theLayoutIsEnvoys() throws Exception {
        boolean x86 = System.getProperty("os.arch", "").equals("amd64");
        ByteBuffer memory = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());

        assertThat(memory.capacity()).isEqualTo(x86 ? 104 : 120);
        assertThat(memory.getLong(0)).isEqualTo(memory.capacity());
        assertThat(memory.getLong(8)).isEqualTo(11);
        assertThat(memory.getLong(memory.capacity() - 8)).isZero();
        assertThat(HotRestart.supportedVersion(POSIX)).isEqualTo(x86 ? "11.104" : "11.120");
        assertThat((Integer) Files.getAttribute(file, "unix:mode") & 0777).isEqualTo(0600);
    }

    @Test
    void aStrayFirstEpochIsRefusedAndLeavesTheLineageItsMemory() throws Exception {
        try (Server second = Server.start(epoch1);
                Server third = Server.start(Lineages.next(epoch1))) {
            await().untilAsserted(() -> assertThat(second.duties).endsWith("terminate"));
            parent.close();
            Object inode = Files.getAttribute(file, "unix:ino");

            assertThatThrownBy(() -> Server.join(epoch0))
                    .isInstanceOf(HotRestartException.AddressInUse.class)
                    .hasMessageStartingWith(
                            "unable to bind domain socket with base_id=%d, id=0, errno=98 (see --base-id option)"
                                    .formatted(epoch0.baseId().scaled()));

            assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(inode);
            assertThat(third.hotRestart.state().label()).isEqualTo("serving");
            second.hotRestart.close();
            assertThat(file).exists();
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void aColdStartBesideALivingGrandparentSharesItsMemory() throws Exception {
        Object inode = Files.getAttribute(file, "unix:ino");
        HotRestartOptions cold = Lineages.next(epoch1).with(o -> o.skipOnNoParent = true);
        try (Server started = Server.start(cold)) {
            assertThat(started.hotRestart.state().label()).isEqualTo("serving");
            assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(inode);
        }
        assertThat(file).exists();
    }

    @Test
    void aJoinThatFailsHalfwayLeavesNothingBehind() throws Exception {
        Stats unfit = new Stats();
        unfit.gauge("server.hot_restart_epoch", ImportMode.ACCUMULATE);

        assertThatThrownBy(() -> HotRestart.join(epoch1, POSIX, unfit)).isInstanceOf(IllegalArgumentException.class);
        assertThat(flags()).isZero();
        parent.close();
        assertThatThrownBy(() -> HotRestart.join(epoch0, POSIX, unfit)).isInstanceOf(IllegalArgumentException.class);
        assertThat(file).doesNotExist();
    }

    @Test
    void initializingFlagRefusesASecondStarter() throws Exception {
        try (Server child = Server.join(epoch1)) {
            assertThat(flags()).isEqualTo(1);
            assertThatThrownBy(() -> SharedMemory.open(POSIX, epoch0.baseId())
                            .orElseThrow()
                            .setInitializing())
                    .hasMessage("previous envoy process is still initializing");
            child.hotRestart.ready();
            assertThat(flags()).isZero();
        }
    }

    @Test
    void versionMismatchIsRefusedAndHarmsNobody() throws Exception {
        byte[] healthy = Files.readAllBytes(file);
        overwrite(8, 12);
        assertThatThrownBy(() -> Server.start(epoch1))
                .isInstanceOf(HotRestartException.class)
                .hasMessageStartingWith("Hot restart SharedMemory version mismatch (12, expected 11)! ");
        overwrite(8, 11);
        overwrite(0, 96);
        assertThatThrownBy(() -> Server.start(epoch1))
                .isInstanceOf(HotRestartException.class)
                .hasMessageStartingWith("Hot restart SharedMemory size mismatch (96, expected ");
        overwrite(0, healthy.length);

        assertThat(Files.readAllBytes(file)).isEqualTo(healthy);
        assertThat(parent.duties).isEmpty();
        assertThat(parent.hotRestart.state().label()).isEqualTo("serving");
        Server.start(epoch1).close();
    }

    @Test
    void theLastProcessRemovesTheNameButOnlyItsOwn() throws Exception {
        SharedMemory replaced = SharedMemory.create(POSIX, epoch0.baseId());
        parent.close();
        assertThat(file).exists();
        replaced.unlink();
        assertThat(file).doesNotExist();

        Server alone = Server.start(epoch0);
        assertThat(file).exists();
        alone.close();
        assertThat(file).doesNotExist();
    }

    @Test
    void locksAreForPlatformThreads() throws Exception {
        Thread virtual = Thread.ofVirtual()
                .unstarted(() -> assertThatThrownBy(
                                () -> parent.hotRestart.logLock().run(() -> {}))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageStartingWith("the log lock is for platform threads"));
        virtual.start();
        virtual.join();
    }

    private long flags() throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getLong(bytes.length - 8);
    }

    private void overwrite(int offset, long value) throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putLong(offset, value);
        Files.write(file, bytes, java.nio.file.StandardOpenOption.WRITE);
    }
}
