package io.baton.cli;

import io.baton.Belongings;
import io.baton.BelongingsCodec;
import io.baton.HotRestart;
import io.baton.HotRestartException;
import io.baton.Packing;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.proxy.Proxy;
import io.baton.proxy.ProxyException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On SIGUSR2, puts the build that the launcher's path now leads to in this image's place, by execve(2): the same process, with the same listeners
 * and connections. Everything stands still meanwhile. docs/decisions/0014-in-place-exec.md. Thread-safe.
 */
final class InPlaceUpgrade {
    private static final Logger LOG = LoggerFactory.getLogger(InPlaceUpgrade.class);

    /** For what cannot move at once, all others stand still; most of it can after a quarter of a second. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final int BUFFER = 1 << 16;

    private final Posix posix;
    private final Image image;
    private final ConfigSource config;
    private final byte[] text;
    private final HotRestart hotRestart;
    private final Proxy proxy;
    private final AtomicBoolean underWay = new AtomicBoolean();

    /** @param text of the config in use */
    InPlaceUpgrade(Posix posix, Image image, ConfigSource config, byte[] text, HotRestart hotRestart, Proxy proxy) {
        this.posix = posix;
        this.image = image;
        this.config = config;
        this.text = text;
        this.hotRestart = hotRestart;
        this.proxy = proxy;
    }

    /** Begins it, on a thread of its own; while one is under way it does nothing. */
    void request() {
        if (underWay.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("in-place").start(this::attempt);
        } else {
            LOG.info("SIGUSR2: an upgrade in place is under way");
        }
    }

    private void attempt() {
        try {
            LOG.info("SIGUSR2: upgrading in place, by {}", image.program());
            check();
            replace();
        } catch (CliException | HotRestartException | ProxyException | IOException | RuntimeException e) {
            LOG.error("not upgraded in place, this image goes on: {}", e.getMessage());
        } finally {
            underWay.set(false);
        }
    }

    /** By the new build itself, in a process of its own: what does not start, or does not want the config, disturbs nobody. */
    private void check() throws CliException {
        Path launcher = Path.of(image.program());
        try {
            @Nullable Path bin = launcher.toRealPath().getParent();
            if (bin == null || bin.getParent() == null) {
                throw new CliException(ExitCode.FAILED, "%s is not in a directory bin".formatted(launcher));
            }
            Configs.checkBy(Distribution.at(bin.getParent()), config);
        } catch (IOException e) {
            throw new CliException(ExitCode.FAILED, "no Baton in %s: %s".formatted(launcher, e), e);
        }
    }

    private void replace() throws HotRestartException, ProxyException, IOException {
        long begun = System.nanoTime();
        try {
            proxy.pauseAccepting();
            Packing packing = hotRestart.pack(proxy::connections, proxy::askClientsToLeave, PATIENCE);
            try {
                execute(packing, begun);
            } finally {
                packing.undo();
            }
        } finally {
            proxy.resumeAccepting();
            LOG.info("serving again, {} ms after it stopped", (System.nanoTime() - begun) / 1_000_000);
        }
    }

    private void execute(Packing packing, long begun) throws HotRestartException, IOException {
        proxy.flush();
        try (Fd memory = posix.memoryFile("baton-belongings")) {
            Belongings belongings = packing.belongings(new Belongings.WayBack(wayBack(), text));
            write(belongings, memory);
            posix.seal(memory);
            LOG.info(
                    "in place: {} connections are packed after {} ms, {} will be cut",
                    packing.connections(),
                    (System.nanoTime() - begun) / 1_000_000,
                    packing.cut());
            throw image.replaceCurrent(posix, packing.fds(), memory, InPlaceArrival.variable(posix, memory, false));
        } catch (PosixException e) {
            throw new HotRestartException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The distribution itself: what the launcher's path leads to is another by now. */
    private String wayBack() {
        String home = image.environment().get("BATON_HOME");
        return home == null
                ? image.program()
                : LaunchPlan.launcher(Path.of(home)).toString();
    }

    private static void write(Belongings belongings, Fd memory) throws HotRestartException, IOException {
        Path path = Path.of("/proc/self/fd/" + memory.number());
        try (OutputStream out =
                new BufferedOutputStream(Files.newOutputStream(path, StandardOpenOption.WRITE), BUFFER)) {
            BelongingsCodec.write(belongings, out);
        }
    }
}
