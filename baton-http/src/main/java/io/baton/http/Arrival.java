package io.baton.http;

import io.baton.netty.AttachedChannel;
import io.baton.posix.Fd;
import io.baton.posix.SocketAddress;
import io.baton.spi.RestoredConnection;
import io.baton.tls.RecordLayerHandler;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that came from another process: there is room for it, and it is not touched before it is ours.
 *
 * @param worker that gets it
 * @param fds owned by this until the worker has them: the client's, and the upstream's when a request is at hand
 * @param cluster when a request is at hand
 * @param tls of the client's connection
 * @param upstreamTls of the upstream's
 */
record Arrival(
        Worker worker,
        Listening listening,
        ConnectionSnapshot snapshot,
        List<Fd> fds,
        Optional<UpstreamCluster> cluster,
        Optional<RecordLayerHandler> tls,
        Optional<RecordLayerHandler> upstreamTls)
        implements RestoredConnection {
    private static final Logger LOG = LoggerFactory.getLogger(Arrival.class);

    /** @throws IllegalArgumentException when the state of its TLS is damaged; {@code fds} stay the caller's then */
    static Arrival of(
            Worker worker,
            Listening listening,
            ConnectionSnapshot snapshot,
            List<Fd> fds,
            Optional<UpstreamCluster> cluster) {
        Optional<RecordLayerHandler> tls = Secured.adopt(snapshot.tls());
        try {
            Optional<RecordLayerHandler> upstreamTls =
                    snapshot.exchange().flatMap(exchange -> Secured.adopt(exchange.tls()));
            return new Arrival(worker, listening, snapshot, fds, cluster, tls, upstreamTls);
        } catch (IllegalArgumentException e) {
            tls.ifPresent(RecordLayerHandler::discard);
            throw e;
        }
    }

    @Override
    public void activate() {
        try {
            worker.loop().execute(this::admit);
        } catch (RejectedExecutionException e) {
            discard();
        }
    }

    @Override
    public void discard() {
        fds.forEach(Fd::close);
        tls.ifPresent(RecordLayerHandler::discard);
        upstreamTls.ifPresent(RecordLayerHandler::discard);
        worker.shared().admission().closed();
    }

    /** On the loop. */
    private void admit() {
        Channel channel;
        try {
            channel = AttachedChannel.of(fds.getFirst(), snapshot.client() instanceof SocketAddress.Inet);
        } catch (ChannelException e) {
            LOG.error("client {}: {}; the connection is lost", snapshot.client(), e.getMessage(), e);
            discard();
            return;
        }
        ClientConnection client = ClientPipelines.restored(worker, listening, channel, snapshot, tls);
        try {
            Optional<UpstreamConnection> upstream = client.exchange().map(exchange -> attach(client, exchange));
            upstream.ifPresent(UpstreamConnection::begin);
            if (channel.isActive()) {
                var _ = worker.loop().register(channel); // its own loop: done at once
                goOn(client, upstream);
            } else {
                abandon(client, channel); // the client has reset it meanwhile
            }
        } catch (Exception e) {
            LOG.error("client {}: {}; the connection is lost", snapshot.client(), e.getMessage(), e);
            if (channel.isRegistered()) {
                client.cut();
            } else {
                abandon(client, channel);
            }
            fds.forEach(Fd::close); // those that no channel has
        }
    }

    private void abandon(ClientConnection client, Channel channel) {
        tls.ifPresent(RecordLayerHandler::discard); // no pipeline has begun to look after it
        client.census().restored();
        client.gone();
        channel.unsafe().closeForcibly();
    }

    private UpstreamConnection attach(ClientConnection client, Exchange exchange) {
        UpstreamCluster to = cluster.orElseThrow();
        SocketAddress address =
                snapshot.record().flatMap(RecordSnapshot::upstream).orElseThrow();
        Channel channel = AttachedChannel.of(fds.get(1), address instanceof SocketAddress.Inet);
        Connector.setUp(channel.config(), worker.shared().options().bufferBytes());
        UpstreamConnection connection = new UpstreamConnection(worker, to, address, channel);
        connection.restore(exchange, listening.limits(), snapshot.tunnelled(), upstreamTls);
        exchange.goOn(client, connection, to, to.adopt(address));
        return connection;
    }

    /** What was written goes first, then what was read is used: each may lead to more of the other. */
    private void goOn(ClientConnection client, Optional<UpstreamConnection> upstream) throws Exception {
        client.move().restoreOutput(snapshot);
        if (upstream.isPresent()) {
            upstream.get().restoreOutput(snapshot.exchange().orElseThrow());
        }
        client.move().goOn(snapshot);
        if (upstream.isPresent()) {
            upstream.get().goOn(snapshot.exchange().orElseThrow());
        }
        client.output().flush();
    }
}
