package io.baton.proxy;

import io.baton.Counter;
import io.baton.Stats;
import io.baton.tls.CertificateFiles;
import io.baton.tls.TicketKeys;
import io.baton.tls.TlsConfigException;
import io.baton.tls.TlsEngine;
import io.baton.tls.TlsServer;
import io.baton.tls.TlsServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One listener's TLS, whose files are read anew when they have changed: no restart is needed for a certificate. Thread-safe. */
final class ListenerTls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ListenerTls.class);

    private final String name;
    private final TlsServer server;
    private final List<Path> files = new ArrayList<>();
    private final Counter reloads;
    private final Counter failedReloads;
    private List<String> seen;

    private ListenerTls(String name, TlsServerConfig config, TlsServer server, String statPrefix, Stats stats) {
        this.name = name;
        this.server = server;
        this.reloads = stats.counter(statPrefix + "ssl.certificate_reload");
        this.failedReloads = stats.counter(statPrefix + "ssl.certificate_reload_failed");
        for (CertificateFiles certificate : config.certificates()) {
            files.add(certificate.certificate());
            files.add(certificate.key());
        }
        config.clientCa().ifPresent(files::add);
        this.seen = look();
    }

    /** @throws ProxyException when a file is not what it was when the config was loaded */
    static ListenerTls of(ListenerConfig listener, TlsServerConfig config, TicketKeys tickets, Stats stats)
            throws ProxyException {
        try {
            TlsServer server = TlsServer.create(listener.name(), config, TlsEngine.best(), tickets);
            if (!server.movable()) {
                LOG.warn(
                        "listener {}: there is no native TLS library for this machine, its connections drain instead of moving",
                        listener.name());
            }
            return new ListenerTls(listener.name(), config, server, DownstreamStats.prefix(listener), stats);
        } catch (TlsConfigException e) {
            throw new ProxyException("listener %s: %s".formatted(listener.name(), e.getMessage()), e);
        }
    }

    TlsServer server() {
        return server;
    }

    /**
     * Looks whether a file has changed since it was looked at last, and reads all of them then. While they are being replaced they may not
     * belong together: the next look finds those that do.
     */
    synchronized void refresh() {
        List<String> now = look();
        if (now.equals(seen)) {
            return;
        }
        seen = now;
        try {
            server.reload();
            reloads.increment();
            LOG.info("listener {}: certificates have changed and were read again", name);
        } catch (TlsConfigException e) {
            failedReloads.increment();
            LOG.warn("listener {}: certificates have changed and stay as they were: {}", name, e.getMessage());
        }
    }

    private List<String> look() {
        return files.stream().map(ListenerTls::look).toList();
    }

    /** Symbolic links are followed: Kubernetes replaces a directory of them at once. */
    private static String look(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return "%s %s %s".formatted(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        } catch (IOException e) {
            return "none";
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
