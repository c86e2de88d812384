package io.baton.proxy;

import io.baton.relay.Destination;
import io.baton.relay.FirstBytesRouter;
import io.baton.tls.ClientHello;
import io.baton.tls.ClientHelloPeek;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Sends TLS connections, unopened, where their server name says: the exact one first, then a wildcard's, then the listener's cluster. Immutable. */
final class SniRouter implements FirstBytesRouter {
    private static final Decision NEED_MORE = new Decision.NeedMore();
    private static final Decision REFUSE = new Decision.Refuse();

    private final Map<String, Decision> byName = new HashMap<>();

    /** By what follows the star, such as {@code .example.com}. */
    private final Map<String, Decision> byParent = new HashMap<>();

    private final Decision otherwise;
    private final Function<String, Optional<Destination>> destinations;

    /** @param destinations by the names of their clusters; those of {@code config} are there */
    SniRouter(TcpConfig config, Function<String, Optional<Destination>> destinations) {
        this.destinations = destinations;
        for (SniRoute route : config.sni()) {
            Decision go = go(route.cluster());
            if (route.isWildcard()) {
                byParent.put(route.serverName().substring(1), go);
            } else {
                byName.put(route.serverName(), go);
            }
        }
        this.otherwise = config.cluster().map(this::go).orElse(REFUSE);
    }

    private Decision go(String cluster) {
        return new Decision.Go(destinations.apply(cluster).orElseThrow());
    }

    @Override
    public Decision decide(ByteBuffer bytes) {
        return switch (ClientHelloPeek.peek(bytes)) {
            case ClientHelloPeek.NeedMore() -> NEED_MORE;
            case ClientHelloPeek.NotTls() -> otherwise;
            case ClientHelloPeek.Malformed(String _) -> REFUSE; // nothing that a server could go on with
            case ClientHelloPeek.Hello(ClientHello hello) -> decide(hello.serverName());
        };
    }

    private Decision decide(Optional<String> serverName) {
        if (serverName.isEmpty()) {
            return otherwise;
        }
        String name = serverName.get();
        Decision exact = byName.get(name);
        if (exact != null) {
            return exact;
        }
        int dot = name.indexOf('.');
        return dot < 1 ? otherwise : byParent.getOrDefault(name.substring(dot), otherwise);
    }

    @Override
    public Optional<Destination> destination(String name) {
        return destinations.apply(name);
    }
}
