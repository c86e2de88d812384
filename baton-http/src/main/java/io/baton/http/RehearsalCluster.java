package io.baton.http;

import io.baton.posix.SocketAddress;
import java.time.Duration;
import java.util.Set;

/** The one endpoint of a rehearsal. */
record RehearsalCluster(SocketAddress address) implements UpstreamCluster {
    @Override
    public String name() {
        return "rehearsal";
    }

    @Override
    public Pick pick(Set<SocketAddress> tried) {
        if (!tried.isEmpty()) {
            return new Pick.None(Pick.Reason.ALL_TRIED);
        }
        return new Pick.Endpoint(new UpstreamLease() {
            @Override
            public SocketAddress address() {
                return address;
            }

            @Override
            public void ended(UpstreamOutcome outcome) {}
        });
    }

    @Override
    public Duration connectTimeout() {
        return Duration.ofSeconds(1);
    }
}
