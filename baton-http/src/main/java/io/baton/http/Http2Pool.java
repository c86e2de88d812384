package io.baton.http;

import io.baton.posix.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 connections of one event loop. As few as carry what there is: a new one is made when the others have no room, so there are never
 * more than requests under way; one that nobody uses is closed after a while. Event loop only.
 */
final class Http2Pool {
    private record Key(String cluster, SocketAddress address) {}

    private final Worker worker;
    private final Map<Key, List<Http2UpstreamConnection>> connections = new HashMap<>();

    Http2Pool(Worker worker) {
        this.worker = worker;
    }

    /**
     * Gives {@code exchange} a stream; it is told of it, possibly before this returns.
     *
     * @param fresh whether connections that others use already will not do
     * @throws io.netty.channel.ChannelException when there is no socket to be had
     */
    void obtain(UpstreamCluster cluster, SocketAddress address, Exchange exchange, boolean fresh) {
        Key key = new Key(cluster.name(), address);
        Http2UpstreamConnection connection = find(key, fresh);
        if (connection == null) {
            connection = Connector.connectHttp2(worker, cluster, address);
            connections.computeIfAbsent(key, _ -> new ArrayList<>(2)).add(connection);
        }
        UpstreamStream stream = connection.open(exchange);
        if (connection.isReady()) {
            exchange.connected(stream, true);
        } else {
            exchange.connecting(stream);
        }
    }

    private @Nullable Http2UpstreamConnection find(Key key, boolean fresh) {
        for (Http2UpstreamConnection each : connections.getOrDefault(key, List.of())) {
            if (each.hasRoom() && !(fresh && each.isReady())) {
                return each;
            }
        }
        return null;
    }

    /** It takes no new streams; does nothing when that was said before. */
    void remove(Http2UpstreamConnection connection) {
        Key key = new Key(connection.cluster().name(), connection.address());
        List<Http2UpstreamConnection> all = connections.get(key);
        if (all != null && all.remove(connection) && all.isEmpty()) {
            connections.remove(key);
        }
    }

    void closeAll() {
        List<Http2UpstreamConnection> all =
                connections.values().stream().flatMap(List::stream).toList();
        connections.clear();
        all.forEach(Http2UpstreamConnection::close);
    }
}
