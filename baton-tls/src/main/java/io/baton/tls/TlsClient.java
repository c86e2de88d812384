package io.baton.tls;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;

/** TLS to a server, on connections that can move. Sessions are not resumed. Thread-safe. */
public final class TlsClient implements AutoCloseable {
    private static final int ANY_PORT = 443; // for the host name check the port says nothing

    private final TlsClientConfig config;
    private final SslContext context;
    private final KeyLog keyLog;
    private final AtomicBoolean closed = new AtomicBoolean();

    private TlsClient(TlsClientConfig config, SslContext context, KeyLog keyLog) {
        this.config = config;
        this.context = context;
        this.keyLog = keyLog;
    }

    /**
     * Reads the files.
     *
     * @throws TlsConfigException when one is not what it should be, or there is no {@link TlsEngine#NATIVE} engine
     */
    public static TlsClient create(TlsClientConfig config) throws TlsConfigException {
        requireNonNull(config, "config is null");
        if (TlsEngine.best() != TlsEngine.NATIVE) {
            throw new TlsConfigException("there is no native TLS library for this machine, which TLS to servers needs");
        }
        SslContextBuilder builder = SslContextBuilder.forClient().endpointIdentificationAlgorithm("HTTPS");
        ServerContext.common(
                builder, config.applicationProtocols(), TlsVersion.TLS_1_2, TlsVersion.TLS_1_3, TlsEngine.NATIVE);
        if (config.ca().isPresent()) {
            ServerContext.trust(builder, config.ca().get());
        }
        if (config.certificate().isPresent()) {
            CertificateFiles files = config.certificate().get();
            byte[] key = ServerContext.read(files.key());
            try {
                builder.keyManager(
                        new ByteArrayInputStream(ServerContext.read(files.certificate())),
                        new ByteArrayInputStream(key));
            } catch (IllegalArgumentException e) {
                throw new TlsConfigException(
                        "certificate %s and key %s: %s"
                                .formatted(files.certificate(), files.key(), ServerContext.rootMessage(e)),
                        e);
            } finally {
                Arrays.fill(key, (byte) 0);
            }
        }
        try {
            SslContext context = builder.build();
            return new TlsClient(config, context, KeyLog.of(context));
        } catch (SSLException e) {
            throw new TlsConfigException("TLS to %s: %s".formatted(config.serverName(), e.getMessage()), e);
        }
    }

    /** The first handler of a connecting channel's pipeline, and until it has called {@code observer} the only one. */
    public ChannelHandler newHandler(TlsObserver observer) {
        return new HandshakeHandler(new Endpoint(), observer, config.handshakeTimeout());
    }

    /** Connections go on. Idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            ReferenceCountUtil.release(context);
        }
    }

    private final class Endpoint implements TlsEndpoint {
        @Override
        public boolean speaksFirst() {
            return true;
        }

        @Override
        public Optional<String> serverName() {
            return Optional.of(config.serverName());
        }

        @Override
        public Handshake start(ClientHello hello, ByteBufAllocator allocator) throws SSLException {
            if (!(context.newEngine(allocator, config.serverName(), ANY_PORT)
                    instanceof ReferenceCountedOpenSslEngine engine)) {
                throw new IllegalStateException("not BoringSSL's engine");
            }
            return new Handshake(engine, keyLog, false, JcaAead::new);
        }
    }
}
