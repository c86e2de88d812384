package io.baton.relay;

import io.baton.HandoverRehearsal;
import io.baton.LoopbackListener;
import io.baton.RehearsalOptions;
import io.baton.RehearsalPace;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warms the real data path of this JVM before it is needed: a private relay on loopback between an echo server and clients, with small
 * messages, bulk, half-close and reset, and a second relay that the connections are handed to and back. Cold, the first connections of a JVM stall
 * for 170 to 250 ms, and connections that are handed over for 16 to 35.
 */
public final class Rehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
    private static final int SMALL_BYTES = 256;
    private static final int BULK_BYTES = 1 << 20;

    /** What observers are told the private listener is called. */
    public static final String LISTENER = "rehearsal";

    /** Few, and each wave opens its connections anew: accept, connect and close are run once per connection, and are to be compiled too. */
    private static final int ROUNDS_PER_WAVE = 4;

    private static final int WAVES_PER_BULK = 8;

    private final Posix posix;
    private final RehearsalOptions options;
    private final RelayObserver observer;
    private final Function<SocketAddress, Routing> routing;
    private final RehearsalPace pace;
    private int connections;
    private long messages;
    private long bytes;
    private long moves;

    private Rehearsal(
            Posix posix, RehearsalOptions options, RelayObserver observer, Function<SocketAddress, Routing> routing) {
        this.posix = posix;
        this.options = options;
        this.observer = observer;
        this.routing = routing;
        this.pace = new RehearsalPace(options);
    }

    /**
     * Rehearses in the calling thread and takes down everything it made. Never throws: a failure is in the result.
     *
     * @param observer of the class that will observe the real relay: code that was compiled for another one is thrown away when
     *     the first real connection comes, just when it is needed. Is told of a listener {@link #LISTENER}
     * @param routing leads to the one address it is given, whatever is said first, by selectors and routers of the classes that are used later
     */
    public static RehearsalResult run(
            Posix posix, RehearsalOptions options, RelayObserver observer, Function<SocketAddress, Routing> routing) {
        Rehearsal rehearsal = new Rehearsal(posix, options, observer, routing);
        try {
            rehearsal.rehearse();
            return rehearsal.result(Optional.empty());
        } catch (RuntimeException e) {
            LOG.warn("the rehearsal ended early; the first connections will be slower", e);
            return rehearsal.result(Optional.of(String.valueOf(e.getMessage())));
        }
    }

    private RehearsalResult result(Optional<String> failure) {
        return new RehearsalResult(connections, messages, bytes, moves, pace.elapsed(), failure);
    }

    private void rehearse() {
        RelayOptions one = RelayOptions.defaults().withWorkers(1);
        // Closed in reverse: the relay first, which unblocks whatever the echo server is at.
        try (Fd front = LoopbackListener.open(posix, options.connections());
                Fd back = LoopbackListener.open(posix, options.connections());
                RehearsalEcho echo = new RehearsalEcho(posix, back);
                Relay relay = new Relay(posix, one, observer);
                Relay other = new Relay(posix, one, observer)) {
            RelayListener listener = new RelayListener(
                    LISTENER,
                    List.of(List.of(front)),
                    routing.apply(echo.address()),
                    options.limit().multipliedBy(2));
            relay.start();
            other.start();
            other.expectListener(listener);
            relay.addListener(listener);
            SocketAddress address = posix.localAddress(front);
            int wave = 0;
            do {
                wave(address, new Stage(posix, relay, other), wave);
                wave++;
            } while (pace.goesOn(connections));
        }
    }

    /** Where the connections are handed to and fro. */
    private record Stage(Posix posix, Relay relay, Relay other) {
        /** There, or all of them back. */
        int move(boolean back) {
            return back ? move(other, relay) : move(relay, other);
        }

        private int move(Relay from, Relay to) {
            return HandoverRehearsal.move(posix, from.connectionSource(), to.connectionRestorer());
        }
    }

    private void wave(SocketAddress address, Stage stage, int wave) {
        List<RehearsalClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < options.connections() && (i == 0 || pace.timeLeft()); i++) {
                clients.add(new RehearsalClient(posix, address));
                connections++;
            }
            for (int round = 0; round < ROUNDS_PER_WAVE && pace.timeLeft(); round++) {
                smallMessages(clients);
                // Each time: a connection is moved once for many messages, but then thousands are, and the JIT's last
                // tier wants
                // 15,000 calls of what loops.
                moves += stage.move(round % 2 == 1);
            }
            if (wave % WAVES_PER_BULK == 0
                    && pace.timeLeft()
                    && clients.getFirst().bulk(BULK_BYTES, pace.deadlineNanos())) {
                bytes += BULK_BYTES;
            }
            for (int i = 0; i < clients.size() && pace.timeLeft(); i++) {
                if (i % 2 == 0) {
                    clients.get(i).halfClose(pace.deadlineNanos());
                } else {
                    clients.get(i).reset();
                }
            }
        } finally {
            clients.forEach(RehearsalClient::close);
        }
    }

    /** All send, then all receive: the relay sees many connections at once. */
    private void smallMessages(List<RehearsalClient> clients) {
        for (RehearsalClient client : clients) {
            client.send(SMALL_BYTES);
        }
        for (RehearsalClient client : clients) {
            if (!client.receive(SMALL_BYTES, pace.deadlineNanos())) {
                return;
            }
            messages++;
            bytes += SMALL_BYTES;
        }
    }
}
