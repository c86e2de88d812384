package io.baton.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.posix.Errno;
import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Two relays, one connection through the first, and both ends of it in the test's hands. */
final class MoveScene implements AutoCloseable {
    static final Duration HELLO_TIMEOUT = Duration.ofMinutes(1);

    final Upstream upstream = new Upstream();
    final Ferry ferry = new Ferry();
    final RelayFixture first;
    final RelayFixture second;
    private final List<Closeable> sockets = new ArrayList<>();
    private RelayFixture owner;

    @Nullable
    private Socket client;

    @Nullable
    private Socket server;

    MoveScene(boolean withPipes) throws Exception {
        this(withPipes, System::nanoTime);
    }

    MoveScene(boolean withPipes, LongSupplier clock) throws Exception {
        this(withPipes, false, clock);
    }

    /** @param routed clients must say where they want to go: to endpoint 0 */
    MoveScene(boolean withPipes, boolean routed, LongSupplier clock) throws Exception {
        first = setup(withPipes, routed, clock).start();
        second = setup(withPipes, routed, clock).start();
        owner = first;
    }

    private RelayFixture.Setup setup(boolean withPipes, boolean routed, LongSupplier clock) {
        RelayFixture.Setup setup = RelayFixture.relay().clock(clock).to(upstream.port());
        if (routed) {
            setup.routed(HELLO_TIMEOUT);
        }
        return withPipes
                ? setup
                : setup.posix(new FaultyPosix().failing("pipe", Errno.EMFILE).posix());
    }

    MoveScene connect() throws Exception {
        return connect(-1);
    }

    /** A client with the given receive buffer and the server's end of its connection. */
    MoveScene connect(int receiveBuffer) throws Exception {
        client = keep(first.connect(receiveBuffer));
        server = keep(upstream.accept());
        Waits.until(() -> first.numbers().upstreamConnections() == 1);
        return this;
    }

    /** A client that has said {@code hello}, which the relay has seen. */
    MoveScene say(String hello) throws Exception {
        client = keep(first.connect());
        say(client, hello);
        Waits.until(() -> first.relay.activeConnections() == 1);
        Waits.assertAtRest(first.relay);
        return this;
    }

    static void say(Socket client, String words) throws IOException {
        client.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
    }

    /** The server's end of a connection that is decided, which hears the whole hello. */
    MoveScene heard(String hello) throws Exception {
        server = keep(upstream.accept());
        assertThat(server.getInputStream().readNBytes(hello.length()))
                .asString()
                .isEqualTo(hello);
        return this;
    }

    private Socket keep(Socket socket) {
        sockets.add(socket);
        return socket;
    }

    Socket client() {
        if (client == null) {
            throw new AssertionError("not connected");
        }
        return client;
    }

    Socket server() {
        if (server == null) {
            throw new AssertionError("not connected");
        }
        return server;
    }

    /** The relay that has the connection. */
    RelayFixture owner() {
        return owner;
    }

    /** The other one. */
    RelayFixture other() {
        return owner == first ? second : first;
    }

    void move(Ferry.Between between) throws Exception {
        RelayFixture next = other();
        assertThat(ferry.moveAll(owner.relay, next.relay, between)).isOne();
        owner = next;
    }

    /** Offers the connection, and takes it back. */
    void refuse(Ferry.Between between) throws Exception {
        List<Ferry.Crossing> crossings = ferry.offer(owner.relay, other().relay, Ferry.BATCH);
        assertThat(crossings).hasSize(1);
        between.happens();
        crossings.forEach(Ferry.Crossing::giveUp);
        owner.relay.connectionSource().handoverEnded();
    }

    /** Until both relays have moved all that can be moved. */
    void untilStuck() {
        LongSupplier bytes = () -> first.numbers().bytesUp()
                + first.numbers().bytesDown()
                + second.numbers().bytesUp()
                + second.numbers().bytesDown();
        Waits.untilStill(bytes);
    }

    @Override
    public void close() throws IOException {
        for (Closeable socket : sockets) {
            socket.close();
        }
        first.close();
        second.close();
        ferry.close();
        upstream.close();
    }
}
