package io.baton.http;

import io.baton.HandoverRehearsal;
import io.baton.LoopbackListener;
import io.baton.RehearsalOptions;
import io.baton.RehearsalPace;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.tls.TlsServer;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warms the real HTTP path of this JVM before it is needed: a private proxy on loopback between an origin and clients, with small and
 * large bodies both ways, chunked ones, and refusals, and a second proxy that the connections are handed to and back. Cold, the first requests
 * of a JVM stall for 200 ms and more, and connections that are handed over for tens of them.
 */
public final class HttpRehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(HttpRehearsal.class);

    /** What observers are told the private listener is called. */
    public static final String LISTENER = "rehearsal";

    /** Few, and each wave opens its connections anew: accept and close are run once per connection, and are to be compiled too. */
    private static final int ROUNDS_PER_WAVE = 4;

    private static final int WAVES_PER_MOVE = 2;

    /** Rounds between the way there and the way back. */
    private static final int ROUNDS_PER_MOVE = 2;

    private final Posix posix;
    private final RehearsalOptions options;
    private final HttpObserver observer;
    private final Function<SocketAddress, HttpRouter> routers;
    private final Optional<TlsServer> tls;
    private final RehearsalPace pace;
    private int connections;
    private long requests;
    private long moves;
    private int rounds;

    private HttpRehearsal(
            Posix posix,
            RehearsalOptions options,
            HttpObserver observer,
            Function<SocketAddress, HttpRouter> routers,
            Optional<TlsServer> tls) {
        this.posix = posix;
        this.options = options;
        this.observer = observer;
        this.routers = routers;
        this.tls = tls;
        this.pace = new RehearsalPace(options);
    }

    /**
     * Rehearses in the calling thread and takes down everything it made. Never throws: a failure is in the result.
     *
     * @param observer of the class that will observe the real proxy: code that was compiled for another one is thrown away when
     *     the first real request comes, just when it is needed. Is told of a listener {@link #LISTENER}
     * @param routers gives a router, of the class that is used later, that leads every request to the one address it is given
     * @param tls that the clients are to speak, if any real ones do; asks for no certificates of theirs
     */
    public static HttpRehearsalResult run(
            Posix posix,
            RehearsalOptions options,
            HttpObserver observer,
            Function<SocketAddress, HttpRouter> routers,
            Optional<TlsServer> tls) {
        HttpRehearsal rehearsal = new HttpRehearsal(posix, options, observer, routers, tls);
        Optional<String> failure = Optional.empty();
        try {
            rehearsal.rehearse();
        } catch (IOException | RuntimeException e) {
            LOG.debug("the HTTP rehearsal ended early", e); // who asked for it says so, in a line
            failure = Optional.of(String.valueOf(e.getMessage()));
        }
        return new HttpRehearsalResult(
                rehearsal.connections, rehearsal.requests, rehearsal.moves, rehearsal.pace.elapsed(), failure);
    }

    private void rehearse() throws IOException {
        HttpProxyOptions one = HttpProxyOptions.defaults().withWorkers(1);
        // Closed in reverse: the proxy first, which ends whatever the origin is at.
        try (Fd front = LoopbackListener.open(posix, options.connections());
                RehearsalOrigin origin = new RehearsalOrigin();
                HttpProxy proxy = new HttpProxy(posix, one, observer);
                HttpProxy other = new HttpProxy(posix, one, observer)) {
            HttpListener listener =
                    new HttpListener(LISTENER, List.of(List.of(front)), routers.apply(origin.address())).withTls(tls);
            Optional<SSLSocketFactory> sockets = tls.isPresent() ? Optional.of(trustingSockets()) : Optional.empty();
            proxy.start();
            other.start();
            other.expectListener(listener);
            proxy.addListener(listener);
            SocketAddress.Inet address = (SocketAddress.Inet) posix.localAddress(front);
            int wave = 0;
            do {
                wave(address, sockets, new Stage(posix, proxy, other), wave);
                wave++;
            } while (pace.goesOn(connections));
        }
    }

    /** They speak with a socket of their own process, whose certificate was issued for names of the real world. */
    private static SSLSocketFactory trustingSockets() throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS to rehearse with: " + e.getMessage(), e);
        }
    }

    /** Where the connections are handed to and fro. */
    private record Stage(Posix posix, HttpProxy proxy, HttpProxy other) {
        /** There, or all of them back. */
        int move(boolean back) {
            HttpProxy from = back ? other : proxy;
            HttpProxy to = back ? proxy : other;
            return HandoverRehearsal.move(posix, from.connectionSource(), to.connectionRestorer());
        }
    }

    private void wave(SocketAddress.Inet address, Optional<SSLSocketFactory> sockets, Stage stage, int wave)
            throws IOException {
        List<RehearsalClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < options.connections() && (i == 0 || pace.timeLeft()); i++) {
                clients.add(new RehearsalClient(address, options.limit(), sockets));
                connections++;
            }
            for (int round = 0; round < ROUNDS_PER_WAVE && pace.timeLeft(); round++) {
                requests += round(clients, rounds++);
                if (wave % WAVES_PER_MOVE == 0 && round % ROUNDS_PER_MOVE == 0) {
                    moves += stage.move(round / ROUNDS_PER_MOVE % 2 == 1);
                }
            }
            if (pace.timeLeft()) {
                clients.getFirst().refused();
            }
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
