package io.baton;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.spi.BatchLimit;
import io.baton.spi.ConnectionKind;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.ConnectionSource;
import io.baton.spi.MigratableConnection;
import io.baton.spi.RestoreException;
import io.baton.spi.RestoredConnection;
import io.baton.spi.Snapshot;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.LongPredicate;

/** A data path of one process whose connections are eventfds: real fds that cross, and a ledger of who may touch them. Thread-safe. */
final class TestPath implements ConnectionSource, ConnectionRestorer, AutoCloseable {
    static final ConnectionKind KIND = new ConnectionKind("test", 1);

    private final Posix posix = Posix.linux();
    private final String side;
    private final Ledger ledger;
    private final int fdsEach;
    private final Deque<Live> movable = new ArrayDeque<>();
    private final Set<Live> refused = new HashSet<>();
    private final Set<Live> quiesced = new HashSet<>();
    volatile LongPredicate refusing = id -> false;
    volatile int snapshotBytes = Long.BYTES;
    volatile int ended;
    volatile Runnable wake = () -> {};

    /** Where connections that have a new owner are let go of: an event loop does so when it comes to it. */
    volatile Executor letsGo = Runnable::run;

    private boolean dead;

    TestPath(String side, Ledger ledger) {
        this(side, ledger, 2);
    }

    TestPath(String side, Ledger ledger, int fdsEach) {
        this.side = side;
        this.ledger = ledger;
        this.fdsEach = fdsEach;
    }

    record Live(long id, List<Fd> fds) {
        void close() {
            fds.forEach(Fd::close);
        }
    }

    synchronized TestPath open(int count) {
        for (int i = 0; i < count; i++) {
            openOne(ledger.owners().size() + 1L);
        }
        return this;
    }

    private void openOne(long id) {
        List<Fd> fds = new ArrayList<>();
        for (int i = 0; i < fdsEach; i++) {
            fds.add(posix.eventFd());
        }
        ledger.begins(id, side);
        movable.add(new Live(id, fds));
        wake.run();
    }

    /** As SIGKILL would: the fds are gone, and nobody is told. */
    synchronized void die() {
        dead = true;
        close();
        ledger.dies(side);
    }

    /** All connections end by themselves. */
    synchronized void vanish() {
        close();
    }

    synchronized int live() {
        return movable.size() + refused.size() + quiesced.size();
    }

    @Override
    public ConnectionKind kind() {
        return KIND;
    }

    @Override
    public synchronized int movable() {
        return movable.size();
    }

    @Override
    public synchronized List<MigratableConnection> quiesce(BatchLimit limit, Duration patience) {
        List<MigratableConnection> batch = new ArrayList<>();
        BatchLimit left = limit;
        while (!movable.isEmpty() && left.admits(fdsEach, snapshotBytes)) {
            Live live = movable.poll();
            left = left.minus(fdsEach, snapshotBytes);
            ledger.ends(live.id(), side);
            quiesced.add(live);
            batch.add(new Quiesced(live, System.nanoTime()));
        }
        return batch;
    }

    @Override
    public void onMovable(Runnable callback) {
        wake = callback;
    }

    @Override
    public synchronized void handoverEnded() {
        ended++;
        movable.addAll(refused);
        refused.clear();
        if (!quiesced.isEmpty()) {
            throw new AssertionError("neither resumed nor released: " + quiesced);
        }
    }

    private final class Quiesced implements MigratableConnection {
        private final Live live;
        private final long quiescedNanos;

        Quiesced(Live live, long quiescedNanos) {
            this.live = live;
            this.quiescedNanos = quiescedNanos;
        }

        @Override
        public long id() {
            return live.id();
        }

        @Override
        public Snapshot snapshot() {
            byte[] bytes = new byte[snapshotBytes];
            ByteBuffer.wrap(bytes).putLong(live.id());
            return new Snapshot(KIND, bytes, live.fds());
        }

        @Override
        public long quiescedNanos() {
            return quiescedNanos;
        }

        @Override
        public void resume() {
            synchronized (TestPath.this) {
                settle();
                if (!dead) {
                    ledger.begins(live.id(), side);
                    refused.add(live);
                }
            }
        }

        @Override
        public void released() {
            letsGo.execute(this::letGo);
        }

        private void letGo() {
            synchronized (TestPath.this) {
                settle();
                live.close();
            }
        }

        private void settle() {
            if (!quiesced.remove(live) && !dead) {
                throw new AssertionError("settled twice: " + live);
            }
        }
    }

    @Override
    public boolean adopts(int version) {
        return version == 1;
    }

    @Override
    public RestoredConnection restore(Snapshot snapshot) throws RestoreException {
        long id = ByteBuffer.wrap(Arrays.copyOf(snapshot.bytes(), Long.BYTES)).getLong();
        if (snapshot.fds().size() != fdsEach) {
            throw new AssertionError(
                    "%d fds, expected %d".formatted(snapshot.fds().size(), fdsEach));
        }
        if (refusing.test(id)) {
            throw new RestoreException("the test refuses " + id);
        }
        Live live = new Live(id, snapshot.fds());
        return new RestoredConnection() {
            @Override
            public void activate() {
                synchronized (TestPath.this) {
                    ledger.begins(id, side);
                    movable.add(live);
                }
            }

            @Override
            public void discard() {
                live.close();
            }
        };
    }

    @Override
    public synchronized void close() {
        movable.forEach(Live::close);
        refused.forEach(Live::close);
        quiesced.forEach(Live::close);
        movable.clear();
        refused.clear();
        quiesced.clear();
    }
}
