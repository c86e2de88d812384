package io.baton.proxy;

import io.baton.Stats;
import io.baton.http.Pick;
import io.baton.http.UpstreamCluster;
import io.baton.http.UpstreamLease;
import io.baton.http.UpstreamPoolLimits;
import io.baton.http.UpstreamProtocol;
import io.baton.posix.Errno;
import io.baton.posix.SocketAddress;
import io.baton.relay.UpstreamSelector;
import io.baton.tls.TlsClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One cluster at work, for TCP connections and HTTP requests alike: who is next, who is well, how much goes on. Thread-safe;
 * choosing takes no lock.
 *
 * <p>Two things keep an endpoint out: active checks (then nothing goes there), and {@value #MAX_CONNECT_FAILURES} refused
 * connections in a row (then the others come first for {@link #SET_ASIDE}, and one more refusal sets it aside again).
 */
final class Cluster implements UpstreamCluster, UpstreamSelector {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    /** HAProxy's fall. */
    static final int MAX_CONNECT_FAILURES = 3;

    /** nginx's fail_timeout. */
    static final Duration SET_ASIDE = Duration.ofSeconds(10);

    /** Runs something later; of the health checker's thread. */
    @FunctionalInterface
    interface Later {
        void after(Duration delay, Runnable action);
    }

    private final ClusterConfig config;
    private final ClusterStats stats;
    private final ClusterClients clients;
    private final Later later;
    private final List<Member> members;
    private final Map<SocketAddress, Member> byAddress = new HashMap<>();
    private final int maxBusy;
    private final int maxRequests;
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicInteger busy = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile Roster roster;

    /** To endpoints that speak no TLS. */
    Cluster(ClusterConfig config, Stats stats, Later later) {
        this(config, stats, later, ClusterClients.NONE);
    }

    /** @param clients the cluster's own from now on */
    Cluster(ClusterConfig config, Stats stats, Later later, ClusterClients clients) {
        this.config = config;
        this.clients = clients;
        this.stats = new ClusterStats(config.name(), stats);
        this.later = later;
        this.members = members(config);
        members.forEach(member -> byAddress.put(member.address(), member));
        this.maxBusy = config.circuit().connections().orElse(Integer.MAX_VALUE);
        this.maxRequests = config.circuit().requests().orElse(Integer.MAX_VALUE);
        this.roster = Roster.of(members);
        ClusterStats.membership(
                config.name(),
                stats,
                members.size(),
                () -> members.stream().filter(member -> member.healthy).count(),
                () -> members.stream().filter(member -> member.setAside).count());
    }

    /** Two names may turn out to be one address: that is one member, of both weights. */
    private static List<Member> members(ClusterConfig config) {
        Map<SocketAddress, Endpoint> first = new LinkedHashMap<>();
        Map<SocketAddress, Integer> weights = new HashMap<>();
        for (Endpoint endpoint : config.endpoints()) {
            first.putIfAbsent(endpoint.address(), endpoint);
            weights.merge(endpoint.address(), endpoint.weight(), Integer::sum);
        }
        List<Member> members = new ArrayList<>();
        first.forEach((address, endpoint) ->
                members.add(new Member(members.size(), endpoint, weights.getOrDefault(address, 1))));
        return List.copyOf(members);
    }

    ClusterConfig config() {
        return config;
    }

    ClusterStats stats() {
        return stats;
    }

    List<Member> members() {
        return members;
    }

    @Override
    public String name() {
        return config.name();
    }

    @Override
    public Duration connectTimeout() {
        return config.connectTimeout();
    }

    @Override
    public UpstreamPoolLimits pool() {
        return config.pool();
    }

    @Override
    public UpstreamProtocol protocol() {
        return config.protocol();
    }

    @Override
    public Optional<TlsClient> tls(SocketAddress endpoint) {
        return clients.to(endpoint);
    }

    UpstreamCluster forBytes() {
        return new ClusterForBytes(this, clients);
    }

    /** Once no connection uses it any more. */
    void close() {
        clients.close();
    }

    @Override
    public int maxStreams() {
        return config.maxConcurrentStreams();
    }

    @Override
    public Pick pick(Set<SocketAddress> tried) {
        if (!take(requests, maxRequests)) {
            stats.requestsRefused.increment();
            return new Pick.None(Pick.Reason.CIRCUIT_OPEN);
        }
        if (!take(busy, maxBusy)) {
            requests.getAndDecrement();
            stats.connectionsRefused.increment();
            return new Pick.None(Pick.Reason.CIRCUIT_OPEN);
        }
        Roster now = roster;
        Member member = choose(now, tried);
        if (member == null) {
            busy.getAndDecrement();
            requests.getAndDecrement();
            if (now.turn().length == 0) {
                stats.noneHealthy.increment();
                return new Pick.None(Pick.Reason.NO_HEALTHY);
            }
            return new Pick.None(Pick.Reason.ALL_TRIED);
        }
        return new Pick.Endpoint(new Lease(this, member.address(), Optional.of(member)));
    }

    @Override
    public UpstreamLease adopt(SocketAddress endpoint) {
        requests.getAndIncrement();
        busy.getAndIncrement();
        return new Lease(this, endpoint, Optional.ofNullable(byAddress.get(endpoint)));
    }

    private @Nullable Member choose(Roster now, Set<SocketAddress> tried) {
        Member[] turns = now.turn();
        if (turns.length == 0) {
            return null;
        }
        int first = first(turns);
        for (int i = 0; i < turns.length; i++) {
            Member member = turns[(first + i) % turns.length];
            if (tried.isEmpty() || !tried.contains(member.address())) {
                return member;
            }
        }
        for (Member member : now.spare()) {
            if (!tried.contains(member.address())) {
                return member;
            }
        }
        return null;
    }

    /** Where in the turns to begin. */
    private int first(Member[] turns) {
        if (turns.length == 1) {
            return 0;
        }
        return switch (config.balance()) {
            case ROUND_ROBIN -> Math.floorMod(turn.getAndIncrement(), turns.length);
            case RANDOM -> ThreadLocalRandom.current().nextInt(turns.length);
            case LEAST_REQUEST -> lessBusy(turns);
        };
    }

    /** Of two at random: as good as looking at all of them, and no stampede to the one that was idle just now. */
    private static int lessBusy(Member[] turns) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int one = random.nextInt(turns.length);
        int other = (one + 1 + random.nextInt(turns.length - 1)) % turns.length;
        // Per weight; cross-multiplied, so that nothing is rounded. One more for the request at hand.
        long oneLoad = (turns[one].busy.get() + 1L) * turns[other].weight;
        long otherLoad = (turns[other].busy.get() + 1L) * turns[one].weight;
        return oneLoad <= otherLoad ? one : other;
    }

    /** One more, unless there are as many as there may be. */
    private static boolean take(AtomicInteger count, int limit) {
        if (count.incrementAndGet() <= limit) {
            return true;
        }
        count.getAndDecrement();
        return false;
    }

    /** A lease of ours has ended. */
    void released() {
        requests.getAndDecrement();
        busy.getAndDecrement();
    }

    @Override
    public Iterator<SocketAddress> candidates() {
        if (busy.get() >= maxBusy) {
            stats.connectionsRefused.increment();
            return Collections.emptyIterator();
        }
        Roster now = roster;
        if (now.turn().length == 0) {
            stats.noneHealthy.increment();
            return Collections.emptyIterator();
        }
        return new Candidates(now, first(now.turn()), members.size());
    }

    @Override
    public void connected(SocketAddress endpoint) {
        stats.connections.increment();
        arrived(endpoint);
        Member member = byAddress.get(endpoint);
        if (member != null) {
            member.connectionsTotal.increment();
            connectSucceeded(member);
        }
    }

    @Override
    public void arrived(SocketAddress endpoint) {
        stats.connectionsActive.increment();
        busy.getAndIncrement();
        Member member = byAddress.get(endpoint);
        if (member != null) {
            member.busy.getAndIncrement();
            member.connections.getAndIncrement();
        }
    }

    @Override
    public void failed(SocketAddress endpoint, Errno reason) {
        connectFailed(endpoint, reason == Errno.ETIMEDOUT);
    }

    @Override
    public void ended(SocketAddress endpoint) {
        stats.connectionsActive.decrement();
        busy.getAndDecrement();
        Member member = byAddress.get(endpoint);
        if (member != null) {
            member.busy.getAndDecrement();
            member.connections.getAndDecrement();
        }
    }

    /** HTTP has opened a connection: it is not busy by that. */
    void opened(SocketAddress endpoint) {
        stats.connections.increment();
        stats.connectionsActive.increment();
        Member member = byAddress.get(endpoint);
        if (member != null) {
            member.connections.getAndIncrement();
            member.connectionsTotal.increment();
            connectSucceeded(member);
        }
    }

    /** HTTP has got a connection that another process opened. */
    void restored(SocketAddress endpoint) {
        stats.connectionsActive.increment();
        Member member = byAddress.get(endpoint);
        if (member != null) {
            member.connections.getAndIncrement();
        }
    }

    /** HTTP's connection is gone, or another process has it. */
    void closed(SocketAddress endpoint) {
        stats.connectionsActive.decrement();
        Member member = byAddress.get(endpoint);
        if (member != null) {
            member.connections.getAndDecrement();
        }
    }

    /** An endpoint did not accept a connection. */
    void connectFailed(SocketAddress endpoint, boolean timedOut) {
        stats.connections.increment();
        stats.connectFailures.increment();
        if (timedOut) {
            stats.connectTimeouts.increment();
        }
        Member member = byAddress.get(endpoint);
        if (member != null) {
            member.connectionsTotal.increment();
            member.connectFailuresTotal.increment();
            if (member.connectFailures.incrementAndGet() >= MAX_CONNECT_FAILURES && !member.setAside) {
                setAside(member);
            }
        }
    }

    private void connectSucceeded(Member member) {
        if (member.connectFailures.get() != 0) {
            member.connectFailures.set(0);
            if (member.setAside) {
                takeBack(member);
            }
        }
    }

    private synchronized void setAside(Member member) {
        if (members.size() > 1 && !member.setAside) {
            LOG.info("cluster {}: {} refuses connections, others come first", name(), member.endpoint.written());
            member.setAside = true;
            roster = Roster.of(members);
            later.after(SET_ASIDE, () -> onProbation(member));
        }
    }

    /** The next refusal sets it aside again. */
    private void onProbation(Member member) {
        member.connectFailures.set(MAX_CONNECT_FAILURES - 1);
        takeBack(member);
    }

    private synchronized void takeBack(Member member) {
        if (member.setAside) {
            member.setAside = false;
            roster = Roster.of(members);
        }
    }

    /** What the active checks have found. */
    synchronized void health(Member member, boolean healthy) {
        if (member.healthy != healthy) {
            member.healthy = healthy;
            roster = Roster.of(members);
        }
    }
}
