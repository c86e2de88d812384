package io.baton.bench;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** No proxy at all: what the origin and the load generator can do. Its routes lead straight to their targets. */
record Direct() implements Peer, RunningPeer {
    @Override
    public String name() {
        return "direct";
    }

    @Override
    public Optional<String> missing() {
        return Optional.empty();
    }

    @Override
    public String version() {
        return "no proxy between";
    }

    @Override
    public RunningPeer start(List<Route> routes, Scene scene) {
        return this;
    }

    @Override
    public Set<Long> pids() {
        return Set.of();
    }

    @Override
    public Restart restart() throws BenchException {
        throw new BenchException("there is no proxy to restart");
    }

    @Override
    public void close() {}
}
