package io.baton.http;

import io.baton.posix.Fd;
import io.baton.spi.ConnectionKind;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.RestoreException;
import io.baton.spi.RestoredConnection;
import io.baton.spi.Snapshot;
import java.util.List;
import java.util.Optional;

/** Takes clients' connections of other processes over, to each loop in turn. Refuses those there is no listener, cluster or room for. */
final class HttpRestorer implements ConnectionRestorer {
    private final HttpProxy proxy;
    private int turn;

    HttpRestorer(HttpProxy proxy) {
        this.proxy = proxy;
    }

    @Override
    public ConnectionKind kind() {
        return SnapshotCodec.KIND;
    }

    @Override
    public boolean adopts(int version) {
        return version == SnapshotCodec.KIND.version();
    }

    @Override
    public RestoredConnection restore(Snapshot snapshot) throws RestoreException {
        ConnectionSnapshot connection = decode(snapshot);
        Listening listening = proxy.listening(connection.listener())
                .orElseThrow(() ->
                        new RestoreException("there is no HTTP listener %s here".formatted(connection.listener())));
        Optional<UpstreamCluster> cluster = connection.exchange().isEmpty()
                ? Optional.empty()
                : Optional.of(cluster(
                        listening,
                        connection.record().flatMap(RecordSnapshot::cluster).orElse("")));
        List<Worker> workers = proxy.workers();
        Worker worker = workers.get(Math.floorMod(turn++, workers.size()));
        if (worker.loop().isShuttingDown()) {
            throw new RestoreException("the HTTP proxy is closed");
        }
        Admission admission = worker.shared().admission();
        if (!admission.tryOpen()) {
            throw new RestoreException("the limit of %d connections is reached".formatted(admission.most()));
        }
        try {
            return Arrival.of(worker, listening, connection, snapshot.fds(), cluster);
        } catch (IllegalArgumentException e) {
            admission.closed();
            throw new RestoreException("connection %d: %s".formatted(connection.id(), e.getMessage()), e);
        }
    }

    private static UpstreamCluster cluster(Listening listening, String name) throws RestoreException {
        return listening
                .listener()
                .router()
                .cluster(name)
                .orElseThrow(() -> new RestoreException(
                        "listener %s has no route to cluster %s here".formatted(listening.name(), name)));
    }

    private static ConnectionSnapshot decode(Snapshot snapshot) throws RestoreException {
        try {
            ConnectionSnapshot connection = SnapshotCodec.decode(snapshot.bytes());
            List<Fd> fds = snapshot.fds();
            if (connection.fds() != fds.size()) {
                throw new RestoreException("connection %d comes with %d fds, expected %d"
                        .formatted(connection.id(), fds.size(), connection.fds()));
            }
            return connection;
        } catch (IllegalArgumentException e) {
            throw new RestoreException(e.getMessage() == null ? "a snapshot that makes no sense" : e.getMessage(), e);
        }
    }
}
