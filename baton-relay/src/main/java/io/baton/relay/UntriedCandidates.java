package io.baton.relay;

import io.baton.posix.SocketAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is left to try for a connection that another process began to connect. The selector is not asked before it is needed: most
 * connects succeed, and asking is a turn of its round.
 */
final class UntriedCandidates implements Iterator<SocketAddress> {
    private final UpstreamSelector selector;
    private final Set<SocketAddress> tried;

    @Nullable
    private Iterator<SocketAddress> candidates;

    @Nullable
    private SocketAddress next;

    UntriedCandidates(UpstreamSelector selector, SocketAddress current, Collection<SocketAddress> failed) {
        this.selector = selector;
        this.tried = new HashSet<>(failed);
        this.tried.add(current);
    }

    @Override
    public boolean hasNext() {
        if (candidates == null) {
            candidates = selector.candidates();
        }
        // Bounded: what a selector repeats without end is repeated for the connections of this process too, which count
        // tries.
        for (int skipped = 0; next == null && skipped < Connector.MAX_TRIES && candidates.hasNext(); skipped++) {
            SocketAddress candidate = candidates.next();
            next = tried.contains(candidate) ? null : candidate;
        }
        return next != null;
    }

    @Override
    public SocketAddress next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("all endpoints are tried");
        }
        SocketAddress candidate = next;
        next = null;
        return candidate;
    }
}
