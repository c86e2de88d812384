package io.baton.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A listener's TLS with one of its certificates. Thread-safe; {@link #close} when no more handshakes begin with it. */
final class ServerContext implements AutoCloseable {
    /** Far more than a chain, or a list of CAs. */
    private static final int MAX_FILE_BYTES = 1 << 20;

    private final SslContext context;
    private final @Nullable KeyLog keyLog;
    private final List<String> names;

    private ServerContext(SslContext context, @Nullable KeyLog keyLog, List<String> names) {
        this.context = context;
        this.keyLog = keyLog;
        this.names = names;
    }

    static ServerContext load(TlsServerConfig config, CertificateFiles files, TlsEngine engine)
            throws TlsConfigException {
        ServerIdentity identity = ServerIdentity.read(files);
        SslContextBuilder builder = SslContextBuilder.forServer(identity.key(), identity.chain());
        List<String> names = CertificateNames.of(identity.chain().getFirst());
        common(builder, config.applicationProtocols(), config.oldest(), config.newest(), engine);
        config.clientCa()
                .ifPresent(_ -> builder.clientAuth(
                        config.clientAuthentication() == ClientAuthentication.REQUIRED
                                ? ClientAuth.REQUIRE
                                : ClientAuth.OPTIONAL));
        if (config.clientCa().isPresent()) {
            trust(builder, config.clientCa().get());
        }
        try {
            SslContext context = builder.build();
            return new ServerContext(context, engine == TlsEngine.NATIVE ? KeyLog.of(context) : null, names);
        } catch (SSLException e) {
            throw new TlsConfigException(
                    "certificate %s and key %s: %s".formatted(files.certificate(), files.key(), rootMessage(e)), e);
        }
    }

    /** What servers and clients have in common. */
    static void common(
            SslContextBuilder builder, List<String> protocols, TlsVersion oldest, TlsVersion newest, TlsEngine engine) {
        builder.sslProvider(engine == TlsEngine.NATIVE ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                .ciphers(CipherSuite.names())
                .protocols(Arrays.stream(TlsVersion.values())
                        .filter(version -> version.compareTo(oldest) >= 0 && version.compareTo(newest) <= 0)
                        .map(TlsVersion::label)
                        .toList());
        if (engine == TlsEngine.NATIVE) {
            builder.option(OpenSslContextOption.USE_TASKS, false); // all on the event loop: see Handshake
        }
        if (!protocols.isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    protocols));
        }
    }

    static void trust(SslContextBuilder builder, Path ca) throws TlsConfigException {
        try {
            builder.trustManager(new ByteArrayInputStream(read(ca)));
        } catch (IllegalArgumentException e) {
            throw new TlsConfigException("CA %s: %s; expected certificates in PEM".formatted(ca, rootMessage(e)), e);
        }
    }

    static byte[] read(Path file) throws TlsConfigException {
        try {
            if (!Files.isRegularFile(file)) {
                throw new TlsConfigException("%s is no file".formatted(file));
            }
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new TlsConfigException("%s has more than %d KiB".formatted(file, MAX_FILE_BYTES >> 10));
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new TlsConfigException(
                    "%s cannot be read: %s".formatted(file, e.getClass().getSimpleName()), e);
        }
    }

    static String rootMessage(Throwable thrown) {
        Throwable root = thrown;
        for (Throwable cause = root.getCause(); cause != null; cause = root.getCause()) {
            root = cause;
        }
        return Optional.ofNullable(root.getMessage()).orElse(root.getClass().getSimpleName());
    }

    /** The names in its certificate, in lower case. */
    List<String> names() {
        return names;
    }

    /** Its contexts made anew use {@code keys} from now on. */
    void tickets(TicketKeys keys, String purpose) {
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setTicketKeys(keys.keysFor(purpose));
        }
    }

    SslContext context() {
        return context;
    }

    /** @throws IllegalStateException when its engine is the JDK's */
    Handshake start(ByteBufAllocator allocator, Aead.Factory aeads) throws SSLException {
        KeyLog log = keyLog;
        if (log == null || !(context.newEngine(allocator) instanceof ReferenceCountedOpenSslEngine engine)) {
            throw new IllegalStateException("the JDK's engine does not give connections away");
        }
        return new Handshake(engine, log, true, aeads);
    }

    @Override
    public void close() {
        ReferenceCountUtil.release(context);
    }
}
