package io.baton;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.spi.RestoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other end of {@link Packing}, in the new image. Until {@link #restore} no fd of the belongings is closed or changed: listeners work
 * on duplicates, so that an image which fails can still hand everything back. For one thread at a time.
 */
final class Unpacking {
    private static final Logger LOG = LoggerFactory.getLogger(Unpacking.class);
    private static final int MAX_LOGGED_REFUSALS = 20;

    private final Posix posix;
    private final Belongings belongings;

    Unpacking(Posix posix, Belongings belongings) {
        this.posix = posix;
        this.belongings = belongings;
    }

    /** Before anything listens, or counts. */
    void begin(Listeners listeners, Stats stats) throws HotRestartException {
        List<InheritedSocket> sockets = new ArrayList<>();
        try {
            for (int number : belongings.listeners()) {
                Fd duplicate = posix.duplicate(Fd.own(number), 0); // the number itself stays nobody's
                sockets.add(inherited(duplicate, "fd %d of the image before".formatted(number)));
            }
        } catch (HotRestartException | RuntimeException e) {
            sockets.forEach(socket -> socket.fd().close());
            throw e;
        }
        listeners.adopt(sockets);
        stats.mergeParent(belongings.counters(), Map.of(Stats.GENERATION, belongings.generation()));
    }

    private InheritedSocket inherited(Fd duplicate, String origin) throws HotRestartException {
        try {
            return InheritedSocket.of(posix, duplicate, origin).with(PathPolicy.OURS);
        } catch (HotRestartException | RuntimeException e) {
            duplicate.close();
            throw e;
        }
    }

    /** The point of no return: everything is ours. */
    void restore(Migrations migrations, Stats stats) {
        belongings.listeners().forEach(number -> Fd.own(number).close());
        migrations.take(belongings.heirlooms().stream()
                .map(left -> new HandoverMessage.Left(left.name(), left.bytes()))
                .toList());
        long refused = 0;
        for (Belongings.Connection connection : belongings.connections()) {
            List<Fd> fds = connection.fds().stream().map(Fd::own).toList();
            try {
                fds.forEach(fd -> posix.setCloseOnExec(fd, true));
                var restored = migrations.restore(connection.kind(), connection.snapshot(), fds);
                Guarded.run("activate", restored::activate);
            } catch (RestoreException | RuntimeException e) {
                fds.forEach(Fd::close);
                if (refused++ < MAX_LOGGED_REFUSALS) {
                    LOG.warn("a connection of kind {} is cut: {}", connection.kind(), e.getMessage());
                }
            }
        }
        stats.counter("baton.in_place_restarts").increment();
        stats.counter("baton.in_place_connections_cut").add(belongings.cut() + refused);
        LOG.info(
                "image {} in place: {} connections go on, {} were cut, {} ms after they stopped",
                belongings.images(),
                belongings.connections().size() - refused,
                belongings.cut() + refused,
                (System.nanoTime() - belongings.stoppedNanos()) / 1_000_000);
    }
}
