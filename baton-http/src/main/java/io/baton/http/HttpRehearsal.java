package io.baton.http;

import io.baton.LoopbackListener;
import io.baton.RehearsalOptions;
import io.baton.RehearsalPace;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warms the real HTTP path of this JVM before it is needed: a private proxy on loopback between an origin and clients, with small and
 * large bodies both ways, chunked ones, and refusals. Cold, the first requests of a JVM stall for 200 ms and more.
 */
public final class HttpRehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(HttpRehearsal.class);

    /** What observers are told the private listener is called. */
    public static final String LISTENER = "rehearsal";

    /** Few, and each wave opens its connections anew: accept and close are run once per connection, and are to be compiled too. */
    private static final int ROUNDS_PER_WAVE = 4;

    private final Posix posix;
    private final RehearsalOptions options;
    private final HttpObserver observer;
    private final Function<SocketAddress, HttpRouter> routers;
    private final RehearsalPace pace;
    private int connections;
    private long requests;
    private int rounds;

    private HttpRehearsal(
            Posix posix, RehearsalOptions options, HttpObserver observer, Function<SocketAddress, HttpRouter> routers) {
        this.posix = posix;
        this.options = options;
        this.observer = observer;
        this.routers = routers;
        this.pace = new RehearsalPace(options);
    }

    /**
     * Rehearses in the calling thread and takes down everything it made. Never throws: a failure is in the result.
     *
     * @param observer of the class that will observe the real proxy: code that was compiled for another one is thrown away when
     *     the first real request comes, just when it is needed. Is told of a listener {@link #LISTENER}
     * @param routers gives a router, of the class that is used later, that leads every request to the one address it is given
     */
    public static HttpRehearsalResult run(
            Posix posix, RehearsalOptions options, HttpObserver observer, Function<SocketAddress, HttpRouter> routers) {
        HttpRehearsal rehearsal = new HttpRehearsal(posix, options, observer, routers);
        Optional<String> failure = Optional.empty();
        try {
            rehearsal.rehearse();
        } catch (IOException | RuntimeException e) {
            LOG.warn("the HTTP rehearsal ended early; the first requests will be slower", e);
            failure = Optional.of(String.valueOf(e.getMessage()));
        }
        return new HttpRehearsalResult(rehearsal.connections, rehearsal.requests, rehearsal.pace.elapsed(), failure);
    }

    private void rehearse() throws IOException {
        HttpProxyOptions one = HttpProxyOptions.defaults().withWorkers(1);
        // Closed in reverse: the proxy first, which ends whatever the origin is at.
        try (Fd front = LoopbackListener.open(posix, options.connections());
                RehearsalOrigin origin = new RehearsalOrigin();
                HttpProxy proxy = new HttpProxy(posix, one, observer)) {
            proxy.start();
            proxy.addListener(new HttpListener(LISTENER, List.of(List.of(front)), routers.apply(origin.address())));
            SocketAddress.Inet address = (SocketAddress.Inet) posix.localAddress(front);
            do {
                wave(address);
            } while (pace.goesOn(connections));
        }
    }

    private void wave(SocketAddress.Inet address) throws IOException {
        List<RehearsalClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < options.connections() && (i == 0 || pace.timeLeft()); i++) {
                clients.add(new RehearsalClient(address, options.limit()));
                connections++;
            }
            for (int round = 0; round < ROUNDS_PER_WAVE && pace.timeLeft(); round++) {
                requests += round(clients, rounds++);
            }
            clients.getFirst().refused();
        } finally {
            clients.forEach(RehearsalClient::close);
        }
    }

    /** All send, then all receive: the proxy sees many connections at once. */
    private static int round(List<RehearsalClient> clients, int round) throws IOException {
        for (RehearsalClient client : clients) {
            client.send(round);
        }
        for (RehearsalClient client : clients) {
            client.receive();
        }
        return clients.size();
    }
}
