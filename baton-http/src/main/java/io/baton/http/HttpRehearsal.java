package io.baton.http;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warms the real HTTP path of this JVM before it is needed: a private proxy on loopback between an origin and clients, with small and
 * large bodies both ways, chunked ones, and refusals. Cold, the first requests of a JVM stall for 200 ms and more.
 */
public final class HttpRehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(HttpRehearsal.class);

    /** Each further wave opens its connections anew: accept and close are to be warm too. */
    private static final int ROUNDS_PER_WAVE = 20;

    private final Posix posix;
    private final HttpRehearsalOptions options;
    private final long startNanos = System.nanoTime();
    private int connections;
    private long requests;

    private HttpRehearsal(Posix posix, HttpRehearsalOptions options) {
        this.posix = posix;
        this.options = options;
    }

    /** Rehearses in the calling thread and takes down everything it made. Never throws: a failure is in the result. */
    public static HttpRehearsalResult run(Posix posix, HttpRehearsalOptions options) {
        HttpRehearsal rehearsal = new HttpRehearsal(posix, options);
        Optional<String> failure = Optional.empty();
        try {
            rehearsal.rehearse();
        } catch (IOException | RuntimeException e) {
            LOG.warn("the HTTP rehearsal ended early; the first requests will be slower", e);
            failure = Optional.of(String.valueOf(e.getMessage()));
        }
        Duration duration = Duration.ofNanos(System.nanoTime() - rehearsal.startNanos);
        return new HttpRehearsalResult(rehearsal.connections, rehearsal.requests, duration, failure);
    }

    private void rehearse() throws IOException {
        HttpProxyOptions one = HttpProxyOptions.defaults().withWorkers(1);
        // Closed in reverse: the proxy first, which ends whatever the origin is at.
        try (Fd front = listen();
                RehearsalOrigin origin = new RehearsalOrigin();
                HttpProxy proxy = new HttpProxy(posix, one, HttpObserver.NONE)) {
            UpstreamCluster cluster = new RehearsalCluster(origin.address());
            proxy.start();
            proxy.addListener(new HttpListener("rehearsal", List.of(List.of(front)), head -> Optional.of(cluster)));
            SocketAddress.Inet address = (SocketAddress.Inet) posix.localAddress(front);
            do {
                wave(address);
            } while (timeLeft());
        }
    }

    private void wave(SocketAddress.Inet address) throws IOException {
        List<RehearsalClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < options.connections() && (i == 0 || timeLeft()); i++) {
                clients.add(new RehearsalClient(address, options.limit()));
                connections++;
            }
            for (int round = 0; round < ROUNDS_PER_WAVE && timeLeft(); round++) {
                requests += round(clients, round);
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

    private boolean timeLeft() {
        return System.nanoTime() - startNanos < options.limit().toNanos();
    }

    private Fd listen() {
        Fd socket = posix.socket(SocketFamily.INET, SocketType.STREAM, true);
        try {
            posix.bind(socket, new SocketAddress.Inet(InetAddress.ofLiteral("127.0.0.1"), 0));
            posix.listen(socket, options.connections());
            return socket;
        } catch (PosixException e) {
            socket.close();
            throw e;
        }
    }
}
