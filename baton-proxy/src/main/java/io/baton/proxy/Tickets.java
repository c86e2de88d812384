package io.baton.proxy;

import io.baton.spi.Heirloom;
import io.baton.tls.TicketKeys;
import io.baton.tls.TlsConfigException;
import io.baton.tls.TlsServer;
import io.baton.tls.TlsSnapshotException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The keys of session tickets of all listeners: each generation has those of the one before, and makes new ones when they are old. Thread-safe. */
final class Tickets implements Heirloom {
    private static final Logger LOG = LoggerFactory.getLogger(Tickets.class);

    /** With three of them a session can be resumed for a day, and what it was encrypted with is gone a day and a half after. */
    private static final Duration ROTATE_AFTER = Duration.ofHours(12);

    private TicketKeys keys = TicketKeys.generate();
    private List<TlsServer> servers = List.of();

    synchronized TicketKeys keys() {
        return keys;
    }

    /** These use them, now and whenever they change. */
    synchronized void usedBy(List<TlsServer> users) {
        servers = List.copyOf(users);
    }

    @Override
    public String name() {
        return "tls.ticket_keys";
    }

    @Override
    public synchronized byte[] give() {
        return keys.export();
    }

    @Override
    public void take(byte[] bytes) {
        try {
            use(TicketKeys.adopt(bytes));
        } catch (TlsSnapshotException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Makes a new one when the newest is old enough; that of the process before counts on. */
    void rotateAt(Instant now) {
        TicketKeys current = keys();
        if (Duration.between(current.newest(), now).compareTo(ROTATE_AFTER) >= 0) {
            use(current.rotated());
        }
    }

    private synchronized void use(TicketKeys others) {
        keys = others;
        for (TlsServer server : servers) {
            try {
                server.ticketKeys(others);
            } catch (TlsConfigException e) {
                LOG.warn("session tickets stay as they were: {}", e.getMessage());
            }
        }
    }
}
