package io.baton.relay;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketOption;
import io.baton.posix.SocketType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A running relay with one listener on loopback, and a record of what its observer was told. */
final class RelayFixture implements AutoCloseable {
    static final int PATIENCE_MS = 60_000;
    static final int MAX_HELLO = 1000;

    final Posix posix;
    final Relay relay;
    final Fd listener;
    final List<SocketAddress> endpoints = new CopyOnWriteArrayList<>();
    final List<String> failures = Collections.synchronizedList(new ArrayList<>());
    final BlockingQueue<ConnectionReport> reports = new LinkedBlockingQueue<>();
    final BlockingQueue<Throwable> deaths = new LinkedBlockingQueue<>();
    final List<String> pauses = new CopyOnWriteArrayList<>();
    /** Connections that upstreams were told of and not yet of their end. */
    final AtomicInteger upstreams = new AtomicInteger();

    final AtomicInteger restored = new AtomicInteger();
    final AtomicInteger moved = new AtomicInteger();

    private RelayFixture(Setup setup) {
        posix = setup.posix;
        RelayObserver observer = setup.observer == null ? new Recorder() : setup.observer;
        relay = new Relay(posix, setup.options, observer, setup.clock);
        listener = listen(setup.address);
        endpoints.addAll(setup.endpoints);
        relay.start();
        List<List<Fd>> sockets = Collections.nCopies(setup.options.workers(), List.of(listener));
        UpstreamSelector all = new Selector(endpoints);
        relay.addListener(
                setup.helloTimeout == null
                        ? new RelayListener("test", sockets, all, setup.idleTimeout, setup.connectTimeout)
                        : new RelayListener(
                                "test",
                                sockets,
                                new Routing.ByFirstBytes(
                                        new ByNumber(setup.connectTimeout), setup.helloTimeout, MAX_HELLO),
                                setup.idleTimeout));
    }

    /** Options of a fixture; {@link #start} at the end. */
    static final class Setup {
        Posix posix = Posix.linux();
        RelayOptions options = RelayOptions.defaults().withWorkers(1);
        LongSupplier clock = System::nanoTime;
        Duration idleTimeout = Duration.ZERO;
        Duration connectTimeout = Duration.ofSeconds(5);
        SocketAddress address = loopback(0);

        @Nullable
        RelayObserver observer;

        @Nullable
        Duration helloTimeout;

        final List<SocketAddress> endpoints = new ArrayList<>();

        Setup posix(Posix value) {
            posix = value;
            return this;
        }

        Setup options(RelayOptions value) {
            options = value;
            return this;
        }

        Setup clock(LongSupplier value) {
            clock = value;
            return this;
        }

        /** Instead of the fixture's own. */
        Setup observedBy(RelayObserver value) {
            observer = value;
            return this;
        }

        Setup idleTimeout(Duration value) {
            idleTimeout = value;
            return this;
        }

        /** Clients begin with a line: the number of the endpoint they want, of {@link #to}, from 0. */
        Setup routed(Duration timeout) {
            helloTimeout = timeout;
            return this;
        }

        Setup connectTimeout(Duration value) {
            connectTimeout = value;
            return this;
        }

        Setup address(SocketAddress value) {
            address = value;
            return this;
        }

        Setup to(SocketAddress endpoint) {
            endpoints.add(endpoint);
            return this;
        }

        Setup to(int port) {
            return to(loopback(port));
        }

        RelayFixture start() {
            return new RelayFixture(this);
        }
    }

    static Setup relay() {
        return new Setup();
    }

    static SocketAddress.Inet loopback(int port) {
        return new SocketAddress.Inet(InetAddress.getLoopbackAddress(), port);
    }

    Fd listen(SocketAddress address) {
        SocketFamily family = address instanceof SocketAddress.Inet inet
                ? inet.host() instanceof java.net.Inet4Address ? SocketFamily.INET : SocketFamily.INET6
                : SocketFamily.UNIX;
        Fd socket = posix.socket(family, SocketType.STREAM, true);
        if (family != SocketFamily.UNIX) {
            posix.setSocketOption(socket, SocketOption.SO_REUSEADDR, 1);
        }
        posix.bind(socket, address);
        posix.listen(socket, 4096);
        return socket;
    }

    int port() {
        return ((SocketAddress.Inet) posix.localAddress(listener)).port();
    }

    /** A client of the relay, whose reads time out loudly. */
    Socket connect() throws IOException {
        return connect(-1);
    }

    Socket connect(int receiveBuffer) throws IOException {
        return connect(port(), receiveBuffer);
    }

    /** A client of another of the relay's sockets. */
    Socket connectTo(Fd socket) throws IOException {
        return connect(((SocketAddress.Inet) posix.localAddress(socket)).port(), -1);
    }

    private static Socket connect(int port, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setSoTimeout(PATIENCE_MS);
        socket.setTcpNoDelay(true); // before connect: the relay may reset at once
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MS);
        return socket;
    }

    /** The next report, in the order connections ended. */
    ConnectionReport report() throws InterruptedException {
        ConnectionReport report = reports.poll(PATIENCE_MS, TimeUnit.MILLISECONDS);
        if (report == null) {
            throw new AssertionError("no connection ended within %d ms".formatted(PATIENCE_MS));
        }
        return report;
    }

    ListenerNumbers numbers() {
        ListenerNumbers numbers = relay.numbers().get("test");
        if (numbers == null) {
            throw new AssertionError("no numbers of the listener");
        }
        return numbers;
    }

    @Override
    public void close() {
        relay.close();
        listener.close();
    }

    /** One digit and a line feed; something else is refused as soon as it is seen. */
    private final class ByNumber implements FirstBytesRouter {
        private final Duration connectTimeout;

        ByNumber(Duration connectTimeout) {
            this.connectTimeout = connectTimeout;
        }

        @Override
        public Decision decide(ByteBuffer bytes) {
            String said = StandardCharsets.US_ASCII.decode(bytes).toString();
            int end = said.indexOf('\n');
            if (end >= 0) {
                return destination(said.substring(0, end).strip())
                        .<Decision>map(Decision.Go::new)
                        .orElseGet(Decision.Refuse::new);
            }
            return said.startsWith("!") ? new Decision.Refuse() : new Decision.NeedMore();
        }

        @Override
        public Optional<Destination> destination(String name) {
            int number = name.matches("[0-9]") ? Integer.parseInt(name) : Integer.MAX_VALUE;
            return number < endpoints.size()
                    ? Optional.of(new Destination(name, new Selector(List.of(endpoints.get(number))), connectTimeout))
                    : Optional.empty();
        }
    }

    private final class Selector implements UpstreamSelector {
        private final List<SocketAddress> inOrder;

        Selector(List<SocketAddress> inOrder) {
            this.inOrder = inOrder;
        }

        @Override
        public Iterator<SocketAddress> candidates() {
            return inOrder.iterator();
        }

        @Override
        public void failed(SocketAddress endpoint, Errno reason) {
            failures.add(endpoint + " " + reason);
        }

        @Override
        public void connected(SocketAddress endpoint) {
            upstreams.incrementAndGet();
        }

        @Override
        public void arrived(SocketAddress endpoint) {
            upstreams.incrementAndGet();
        }

        @Override
        public void ended(SocketAddress endpoint) {
            upstreams.decrementAndGet();
        }
    }

    private final class Recorder implements RelayObserver {
        @Override
        public void connectionClosed(ConnectionReport report) {
            reports.add(report);
        }

        @Override
        public void connectionMoved(String name) {
            moved.incrementAndGet();
        }

        @Override
        public void connectionRestored(String name) {
            restored.incrementAndGet();
        }

        @Override
        public void acceptPaused(PauseReason reason) {
            pauses.add("paused " + reason);
        }

        @Override
        public void acceptResumed() {
            pauses.add("resumed");
        }

        @Override
        public void workerDied(int worker, Throwable cause) {
            deaths.add(cause);
        }
    }
}
