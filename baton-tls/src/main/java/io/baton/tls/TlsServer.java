package io.baton.tls;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** A listener's side of TLS: its certificates, which can be read anew while it accepts, and its ticket keys. Thread-safe. */
public final class TlsServer implements AutoCloseable {
    private final String name;
    private final TlsServerConfig config;
    private final TlsEngine engine;
    private final Aead.Factory aeads;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private List<ServerContext> contexts;
    private TicketKeys tickets;

    TlsServer(String name, TlsServerConfig config, TlsEngine engine, TicketKeys tickets, Aead.Factory aeads)
            throws TlsConfigException {
        this.name = name;
        this.config = config;
        this.engine = engine;
        this.tickets = tickets;
        this.aeads = aeads;
        this.contexts = load(tickets);
    }

    /**
     * Reads the files.
     *
     * @param name of the listener; two of one name, in one process or in two, resume each other's sessions when they authenticate clients
     *     alike
     * @throws TlsConfigException when one is not what it should be
     */
    public static TlsServer create(String name, TlsServerConfig config, TlsEngine engine, TicketKeys tickets)
            throws TlsConfigException {
        return new TlsServer(
                requireNonNull(name, "name is null"),
                requireNonNull(config, "config is null"),
                requireNonNull(engine, "engine is null"),
                requireNonNull(tickets, "tickets is null"),
                JcaAead::new);
    }

    private List<ServerContext> load(TicketKeys keys) throws TlsConfigException {
        String purpose = purpose();
        List<ServerContext> loaded = new ArrayList<>();
        try {
            for (CertificateFiles files : config.certificates()) {
                ServerContext context = ServerContext.load(config, files, engine);
                loaded.add(context);
                context.tickets(keys, purpose);
            }
        } catch (TlsConfigException | RuntimeException e) {
            loaded.forEach(ServerContext::close);
            throw e;
        }
        return List.copyOf(loaded);
    }

    /** What a ticket proves of its holder depends on it: the listener, and who may have issued the client's certificate. */
    private String purpose() throws TlsConfigException {
        Optional<Path> ca = config.clientCa();
        if (ca.isEmpty()) {
            return name;
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(ServerContext.read(ca.get()));
            return "%s %s %s"
                    .formatted(
                            name, config.clientAuthentication(), HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw KeySchedule.unavailable(e);
        }
    }

    /** The first handler of an accepted channel's pipeline, and until it has called {@code observer} the only one. */
    public ChannelHandler newHandler(TlsObserver observer) {
        TlsEndpoint endpoint = new Endpoint();
        return engine == TlsEngine.NATIVE
                ? new HandshakeHandler(endpoint, observer, config.handshakeTimeout())
                : new JdkHandshakeHandler(this::engineFor, observer, config.handshakeTimeout());
    }

    /** Whether its established connections can move. */
    public boolean movable() {
        return engine == TlsEngine.NATIVE;
    }

    /**
     * Reads all files again, for handshakes from now on; connections and handshakes under way go on with what they have.
     *
     * @throws TlsConfigException when one is not what it should be: all stays as it was
     */
    public void reload() throws TlsConfigException {
        replace(load(ticketKeys()));
    }

    private void replace(List<ServerContext> loaded) {
        List<ServerContext> before;
        lock.writeLock().lock();
        try {
            before = contexts;
            contexts = loaded;
        } finally {
            lock.writeLock().unlock();
        }
        before.forEach(ServerContext::close); // each engine has a reference of its own
    }

    /** Has tickets encrypted and decrypted with {@code keys} from now on. */
    public void ticketKeys(TicketKeys keys) throws TlsConfigException {
        String purpose = purpose();
        lock.writeLock().lock();
        try {
            tickets = keys;
            contexts.forEach(context -> context.tickets(keys, purpose));
        } finally {
            lock.writeLock().unlock();
        }
    }

    private TicketKeys ticketKeys() {
        lock.readLock().lock();
        try {
            return tickets;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Under the lock. */
    private ServerContext choose(Optional<String> host) {
        if (contexts.isEmpty()) {
            throw new IllegalStateException("listener %s has been closed".formatted(name));
        }
        return host.flatMap(wanted -> contexts.stream()
                        .filter(context ->
                                context.names().stream().anyMatch(own -> CertificateNames.matches(own, wanted)))
                        .findFirst())
                .orElse(contexts.getFirst());
    }

    private SSLEngine engineFor(ClientHello hello, ByteBufAllocator allocator) {
        lock.readLock().lock();
        try {
            return choose(hello.serverName()).context().newEngine(allocator);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        replace(List.of());
    }

    private final class Endpoint implements TlsEndpoint {
        @Override
        public boolean speaksFirst() {
            return false;
        }

        @Override
        public Optional<String> serverName() {
            return Optional.empty();
        }

        @Override
        public Handshake start(ClientHello hello, ByteBufAllocator allocator) throws SSLException {
            lock.readLock().lock();
            try {
                return choose(hello.serverName()).start(allocator, aeads);
            } finally {
                lock.readLock().unlock();
            }
        }
    }
}
