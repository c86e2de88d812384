package io.baton;

import io.baton.posix.Fd;
import io.baton.spi.BatchLimit;
import io.baton.spi.ConnectionSource;
import io.baton.spi.MigratableConnection;
import io.baton.spi.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All of a process, made ready to be found by its next image: connections are quiesced, listeners stay open, and no child may come. It ends
 * with the image, or with {@link #undo}. For one thread at a time.
 */
public final class Packing {
    private static final Logger LOG = LoggerFactory.getLogger(Packing.class);

    /** Of one round: a loop is asked for so many at a time. */
    private static final BatchLimit BATCH = new BatchLimit(512, 4096, 4 << 20);

    /** A source whose loop does not answer by then has nothing to give. */
    private static final Duration QUIESCE_PATIENCE = Duration.ofSeconds(1);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(2);

    private final Self self;
    private final long stoppedNanos = System.nanoTime();
    private final List<MigratableConnection> taken = new ArrayList<>();
    private long bytes;
    private long cut;

    /** Whose things are packed, and how to let children in again. */
    record Self(
            BaseId baseId,
            RestartEpoch epoch,
            int images,
            Instant originalStart,
            Migrations migrations,
            Listeners listeners,
            Stats stats,
            Runnable reopen) {}

    Packing(Self self) {
        this.self = self;
    }

    /**
     * Quiesces what can move, and what can within {@code patience}, as long as something is there that cannot.
     *
     * @param connections how many there are, those quiesced included
     * @param stays called once, when all that can move at once has been quiesced and something is left
     * @throws HotRestartException when there is more than can be taken along; nothing is quiesced any more then
     */
    void gather(LongSupplier connections, Runnable stays, Duration patience) throws HotRestartException {
        takeAll();
        long deadline = System.nanoTime() + patience.toNanos();
        cut = connections.getAsLong() - taken.size();
        if (cut > 0) {
            stays.run();
        }
        while (cut > 0 && System.nanoTime() - deadline < 0) {
            RpcStream.pause(LOOK_AGAIN);
            takeAll();
            cut = connections.getAsLong() - taken.size();
        }
        cut = Math.max(0, cut);
        if (bytes > BelongingsCodec.MAX_BYTES / 2) {
            undo();
            throw new HotRestartException("what %d connections carry takes %d bytes, expected at most %d"
                    .formatted(taken.size(), bytes, BelongingsCodec.MAX_BYTES / 2));
        }
    }

    private void takeAll() {
        for (ConnectionSource source : self.migrations().sources()) {
            List<MigratableConnection> batch = source.quiesce(BATCH, QUIESCE_PATIENCE);
            while (!batch.isEmpty()) {
                for (MigratableConnection connection : batch) {
                    taken.add(connection);
                    bytes += connection.snapshot().bytes().length;
                }
                if (bytes > BelongingsCodec.MAX_BYTES / 2) {
                    return;
                }
                batch = source.quiesce(BATCH, QUIESCE_PATIENCE);
            }
        }
    }

    /** Connections that go along. */
    public int connections() {
        return taken.size();
    }

    /** Connections that end with this image. */
    public long cut() {
        return cut;
    }

    /** What the next image has to know. Its fds are {@link #fds}, and nothing else. */
    public Belongings belongings(Belongings.WayBack wayBack) {
        List<Belongings.Connection> connections = new ArrayList<>(taken.size());
        for (MigratableConnection one : taken) {
            Snapshot snapshot = one.snapshot();
            connections.add(new Belongings.Connection(
                    snapshot.kind(),
                    snapshot.bytes(),
                    snapshot.fds().stream().map(Fd::number).toList()));
        }
        return new Belongings(
                wayBack,
                self.baseId(),
                self.epoch(),
                self.images() + 1,
                self.originalStart().getEpochSecond(),
                stoppedNanos,
                cut,
                self.stats().gauges().getOrDefault(Stats.GENERATION, 0L),
                self.stats().counters(),
                self.migrations().given().stream()
                        .map(left -> new Belongings.Left(left.name(), left.bytes()))
                        .toList(),
                listeners().stream().map(Fd::number).toList(),
                connections);
    }

    /** What must stay open; not owned by the caller. */
    public List<Fd> fds() {
        List<Fd> fds = new ArrayList<>(listeners());
        taken.forEach(one -> fds.addAll(one.snapshot().fds()));
        return fds;
    }

    private List<Fd> listeners() {
        return self.listeners().all().stream().map(ListenerSocket::fd).toList();
    }

    /** This image stays: every connection goes on, and children may come. Idempotent. */
    public void undo() {
        taken.forEach(one -> Guarded.run("resume", one::resume));
        self.migrations().sources().forEach(source -> Guarded.run("handoverEnded", source::handoverEnded));
        self.reopen().run();
        if (!taken.isEmpty()) {
            LOG.info("{} connections go on", taken.size());
        }
        taken.clear();
    }
}
