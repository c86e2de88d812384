package io.baton;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.spi.BatchLimit;
import io.baton.spi.ConnectionKind;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.ConnectionSource;
import io.baton.spi.MigratableConnection;
import io.baton.spi.RestoredConnection;
import io.baton.spi.Snapshot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** An echo server whose connections move: the least data path that does, on one thread and one lock. */
final class EchoPath implements ConnectionSource, ConnectionRestorer {
    private static final ConnectionKind KIND = new ConnectionKind("echo", 1);
    private static final Duration TURN = Duration.ofMillis(5);
    private static final int BUFFER = 4096;

    private final Posix posix;
    private final MemorySegment buffer = Arena.global().allocate(BUFFER);
    private final List<Fd> live = new ArrayList<>();
    private int quiesced;
    private Optional<Fd> listener = Optional.empty();
    private volatile Runnable wake = () -> {};

    EchoPath(Posix posix) {
        this.posix = posix;
    }

    void start(Fd listening) {
        listener = Optional.of(listening);
        Thread.ofPlatform().daemon().name("echo").start(this::run);
    }

    private void run() {
        while (true) {
            List<Fd> watched;
            synchronized (this) {
                watched = new ArrayList<>(live);
                listener.ifPresent(watched::addFirst);
            }
            BitSet readable;
            try {
                readable = posix.awaitReadable(watched, TURN);
            } catch (IllegalStateException | PosixException e) {
                continue; // one was given away and closed meanwhile
            }
            readable.stream().forEach(index -> serve(watched.get(index)));
        }
    }

    private synchronized void serve(Fd fd) {
        if (listener.filter(fd::equals).isPresent()) {
            for (int socket = posix.accept(fd.number()); socket >= 0; socket = posix.accept(fd.number())) {
                live.add(Fd.own(socket));
                wake.run();
            }
        } else if (live.contains(fd)) {
            int count = posix.receive(fd.number(), buffer, BUFFER, 0);
            if (count <= 0 || posix.send(fd.number(), buffer, 0, count) != count) {
                live.remove(fd);
                fd.close();
            }
        }
    }

    synchronized void stopAccepting() {
        listener = Optional.empty();
    }

    synchronized int connections() {
        return live.size() + quiesced;
    }

    @Override
    public ConnectionKind kind() {
        return KIND;
    }

    @Override
    public synchronized int movable() {
        return live.size();
    }

    @Override
    public synchronized List<MigratableConnection> quiesce(BatchLimit limit, Duration patience) {
        int count = Math.min(live.size(), Math.min(limit.connections(), limit.fds()));
        List<MigratableConnection> batch = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batch.add(new Quiesced(live.removeFirst(), System.nanoTime()));
            quiesced++;
        }
        return batch;
    }

    private synchronized void settle(Fd fd, boolean ours) {
        quiesced--;
        if (ours) {
            live.add(fd);
        } else {
            fd.close();
        }
    }

    @Override
    public void onMovable(Runnable callback) {
        wake = callback;
    }

    @Override
    public void handoverEnded() {
        // nothing was held back
    }

    private final class Quiesced implements MigratableConnection {
        private final Fd fd;
        private final long since;

        Quiesced(Fd fd, long since) {
            this.fd = fd;
            this.since = since;
        }

        @Override
        public long id() {
            return fd.number();
        }

        @Override
        public Snapshot snapshot() {
            return new Snapshot(KIND, new byte[0], List.of(fd));
        }

        @Override
        public long quiescedNanos() {
            return since;
        }

        @Override
        public void resume() {
            settle(fd, true);
        }

        @Override
        public void released() {
            settle(fd, false);
        }
    }

    @Override
    public boolean adopts(int version) {
        return version == 1;
    }

    @Override
    public RestoredConnection restore(Snapshot snapshot) {
        Fd fd = snapshot.fds().getFirst();
        return new RestoredConnection() {
            @Override
            public void activate() {
                synchronized (EchoPath.this) {
                    live.add(fd);
                }
            }

            @Override
            public void discard() {
                fd.close();
            }
        };
    }
}
