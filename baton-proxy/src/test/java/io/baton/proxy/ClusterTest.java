package io.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.Stats;
import io.baton.http.Pick;
import io.baton.http.UpstreamLease;
import io.baton.http.UpstreamOutcome;
import io.baton.http.UpstreamPoolLimits;
import io.baton.posix.Errno;
import io.baton.posix.SocketAddress;
import io.baton.proxy.ClusterConfig.Balance;
import io.baton.proxy.ClusterConfig.Circuit;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ClusterTest {
    private final Stats stats = new Stats();

    /** What is to run when the time a member is set aside for is over. */
    private final Queue<Runnable> later = new ArrayDeque<>();

    @Test
    void eachConnectionBeginsAtTheNextEndpointAndMayTryThemAll() {
        Cluster cluster = cluster(Balance.ROUND_ROBIN, 1, 1, 1);

        assertThat(ports(cluster)).containsExactly(1, 2, 3);
        assertThat(ports(cluster)).containsExactly(2, 3, 1);
        assertThat(ports(cluster)).containsExactly(3, 1, 2);
        assertThat(ports(cluster)).containsExactly(1, 2, 3);
    }

    @Test
    void noEndpointIsTriedTwiceByOneConnection() {
        Iterator<SocketAddress> candidates =
                cluster(Balance.ROUND_ROBIN, 5, 1, 1).candidates();
        candidates.next();
        candidates.next();
        candidates.next();

        assertThat(candidates.hasNext()).isFalse();
        assertThatThrownBy(candidates::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void attemptsAreCountedUnderEnvoysNames() {
        Cluster cluster = cluster(Balance.ROUND_ROBIN, 1, 1, 1);
        SocketAddress endpoint = cluster.candidates().next();
        cluster.failed(endpoint, Errno.ECONNREFUSED);
        cluster.failed(endpoint, Errno.ETIMEDOUT);
        cluster.connected(endpoint);

        assertThat(stats.counters())
                .containsEntry("cluster.origin.upstream_cx_total", 3L)
                .containsEntry("cluster.origin.upstream_cx_connect_fail", 2L)
                .containsEntry("cluster.origin.upstream_cx_connect_timeout", 1L);
        assertThat(stats.gauges())
                .containsEntry("cluster.origin.membership_total", 3L)
                .containsEntry("cluster.origin.upstream_cx_active", 1L);

        cluster.ended(endpoint);

        assertThat(stats.gauges()).containsEntry("cluster.origin.upstream_cx_active", 0L);
    }

    @Test
    void weightsShareTheTurnsAndMixThem() {
        Cluster cluster = cluster(Balance.ROUND_ROBIN, 3, 1);

        assertThat(picked(cluster, 8)).containsExactly(1, 1, 2, 1, 1, 1, 2, 1);
    }

    @Test
    void randomGivesEachItsShare() {
        Map<Integer, Integer> shares = shares(cluster(Balance.RANDOM, 3, 1), 4000);

        assertThat(shares.get(1)).isBetween(2700, 3300);
    }

    @Test
    void leastRequestGoesWhereLessGoesOn() {
        Cluster cluster = cluster(Balance.LEAST_REQUEST, 1, 1);
        List<UpstreamLease> busy = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            busy.add(lease(cluster));
        }

        assertThat(cluster.members())
                .allSatisfy(member -> assertThat(member.busy).hasValue(5));

        busy.stream()
                .filter(lease -> port(lease.address()) == 2)
                .forEach(lease -> lease.ended(UpstreamOutcome.COMPLETED));

        assertThat(picked(cluster, 5)).containsOnly(2);
    }

    @Test
    void whatWasTriedIsNotGivenAgain() {
        Cluster cluster = cluster(Balance.RANDOM, 1, 1);

        assertThat(port(lease(cluster, Set.of(inet(1))).address())).isEqualTo(2);
        assertThat(cluster.pick(Set.of(inet(1), inet(2)))).isEqualTo(new Pick.None(Pick.Reason.ALL_TRIED));
    }

    @Test
    void oneThatRefusesConnectionsComesLastForAWhileAndOnProbationThen() {
        Cluster cluster = cluster(Balance.ROUND_ROBIN, 1, 1);
        for (int i = 0; i < Cluster.MAX_CONNECT_FAILURES; i++) {
            cluster.connectFailed(inet(1), false);
        }

        assertThat(picked(cluster, 3)).containsExactly(2, 2, 2);
        assertThat(ports(cluster)).containsExactly(2, 1);
        assertThat(port(lease(cluster, Set.of(inet(2))).address())).isEqualTo(1);
        assertThat(stats.gauges())
                .containsEntry("cluster.origin.membership_degraded", 1L)
                .containsEntry("cluster.origin.membership_healthy", 2L);

        later.remove().run();

        assertThat(picked(cluster, 4)).contains(1);
        cluster.connectFailed(inet(1), false);
        assertThat(picked(cluster, 3)).containsExactly(2, 2, 2);
    }

    @Test
    void oneThatAcceptsAgainIsTakenBackAtOnce() {
        Cluster cluster = cluster(Balance.ROUND_ROBIN, 1, 1);
        for (int i = 0; i < Cluster.MAX_CONNECT_FAILURES; i++) {
            cluster.connectFailed(inet(1), false);
        }
        cluster.opened(inet(1));

        assertThat(picked(cluster, 4)).contains(1);
    }

    @Test
    void whenAllRefuseAllAreTriedAllTheSame() {
        Cluster cluster = cluster(Balance.ROUND_ROBIN, 1, 1);
        for (int i = 0; i < Cluster.MAX_CONNECT_FAILURES; i++) {
            cluster.connectFailed(inet(1), false);
            cluster.connectFailed(inet(2), false);
        }

        assertThat(picked(cluster, 2)).containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void nothingGoesToOneThatItsChecksFoundUnhealthy() {
        Cluster cluster = cluster(Balance.ROUND_ROBIN, 1, 1);
        cluster.health(cluster.members().getFirst(), false);

        assertThat(picked(cluster, 3)).containsExactly(2, 2, 2);
        assertThat(ports(cluster)).containsExactly(2);

        cluster.health(cluster.members().getLast(), false);

        assertThat(cluster.pick(Set.of())).isEqualTo(new Pick.None(Pick.Reason.NO_HEALTHY));
        assertThat(cluster.candidates()).isExhausted();
        assertThat(stats.counters()).containsEntry("cluster.origin.upstream_cx_none_healthy", 2L);
        assertThat(stats.gauges())
                .containsEntry("cluster.origin.membership_healthy", 0L)
                .containsEntry("cluster.origin.upstream_rq_active", 3L);
    }

    @Test
    void beyondItsRequestsAClusterRefuses() {
        Cluster cluster = new Cluster(
                config(Balance.ROUND_ROBIN, OptionalInt.empty(), OptionalInt.of(2), 1, 1), stats, this::later);
        UpstreamLease first = lease(cluster);
        lease(cluster);

        assertThat(cluster.pick(Set.of())).isEqualTo(new Pick.None(Pick.Reason.CIRCUIT_OPEN));
        assertThat(stats.counters()).containsEntry("cluster.origin.upstream_rq_pending_overflow", 1L);

        first.ended(UpstreamOutcome.COMPLETED);

        lease(cluster);
    }

    @Test
    void connectionsOfTcpAndRequestsOfHttpShareALimit() {
        Cluster cluster =
                new Cluster(config(Balance.ROUND_ROBIN, OptionalInt.of(2), OptionalInt.empty(), 1), stats, this::later);
        SocketAddress endpoint = cluster.candidates().next();
        cluster.connected(endpoint);
        UpstreamLease request = lease(cluster);

        assertThat(cluster.candidates()).isExhausted();
        assertThat(cluster.pick(Set.of())).isEqualTo(new Pick.None(Pick.Reason.CIRCUIT_OPEN));
        assertThat(stats.counters()).containsEntry("cluster.origin.upstream_cx_overflow", 2L);

        request.ended(UpstreamOutcome.CANCELLED);

        assertThat(cluster.candidates().hasNext()).isTrue();
    }

    @Test
    void aLeaseThatEndsTwiceIsAMistakeAndCountsOnce() {
        Cluster cluster = cluster(Balance.ROUND_ROBIN, 1);
        UpstreamLease lease = lease(cluster);
        lease.ended(UpstreamOutcome.TIMEOUT);

        assertThatThrownBy(() -> lease.ended(UpstreamOutcome.TIMEOUT)).isInstanceOf(IllegalStateException.class);
        assertThat(stats.counters())
                .containsEntry("cluster.origin.upstream_rq_total", 1L)
                .containsEntry("cluster.origin.upstream_rq_timeout", 1L);
        assertThat(stats.gauges()).containsEntry("cluster.origin.upstream_rq_active", 0L);
    }

    @Test
    void twoNamesOfOneAddressAreOneMemberOfBothWeights() {
        Cluster cluster = new Cluster(
                new ClusterConfig(
                        "origin",
                        List.of(
                                new Endpoint("a.example.com:1", inet(1)),
                                new Endpoint("b.example.com:1", inet(1)),
                                new Endpoint("127.0.0.1:2", inet(2))),
                        Balance.ROUND_ROBIN,
                        ClusterConfig.DEFAULT_CONNECT_TIMEOUT),
                stats,
                this::later);

        assertThat(picked(cluster, 6)).containsExactly(1, 2, 1, 1, 2, 1);
        assertThat(ports(cluster)).hasSize(2);
    }

    @Test
    void manyThreadsLeaveNothingCountedAfterwards() throws Exception {
        Cluster cluster = new Cluster(
                config(Balance.LEAST_REQUEST, OptionalInt.of(3), OptionalInt.of(3), 1, 2), stats, this::later);
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                awaitQuietly(go);
                for (int n = 0; n < 5000; n++) {
                    if (cluster.pick(Set.of()) instanceof Pick.Endpoint(var lease)) {
                        assertThat(cluster.members()).allMatch(member -> member.busy.get() <= 4);
                        lease.ended(UpstreamOutcome.COMPLETED);
                    }
                }
            }));
        }
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(cluster.members()).allMatch(member -> member.busy.get() == 0);
        assertThat(stats.gauges()).containsEntry("cluster.origin.upstream_rq_active", 0L);
        // The limit is whole again.
        lease(cluster);
        lease(cluster);
        lease(cluster);
        assertThat(cluster.pick(Set.of())).isEqualTo(new Pick.None(Pick.Reason.CIRCUIT_OPEN));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<Integer> ports(Cluster cluster) {
        List<Integer> ports = new ArrayList<>();
        cluster.candidates().forEachRemaining(address -> ports.add(port(address)));
        return ports;
    }

    private static List<Integer> picked(Cluster cluster, int count) {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ports.add(port(lease(cluster).address()));
        }
        return ports;
    }

    private static Map<Integer, Integer> shares(Cluster cluster, int count) {
        Map<Integer, Integer> shares = new TreeMap<>();
        picked(cluster, count).forEach(port -> shares.merge(port, 1, Integer::sum));
        return shares;
    }

    private static UpstreamLease lease(Cluster cluster) {
        return lease(cluster, Set.of());
    }

    private static UpstreamLease lease(Cluster cluster, Set<SocketAddress> tried) {
        Pick pick = cluster.pick(tried);
        assertThat(pick).isInstanceOf(Pick.Endpoint.class);
        return ((Pick.Endpoint) pick).lease();
    }

    private Cluster cluster(Balance balance, int... weights) {
        return new Cluster(config(balance, OptionalInt.empty(), OptionalInt.empty(), weights), stats, this::later);
    }

    private static ClusterConfig config(
            Balance balance, OptionalInt connections, OptionalInt requests, int... weights) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int weight : weights) {
            int port = endpoints.size() + 1;
            endpoints.add(new Endpoint("127.0.0.1:" + port, inet(port), weight));
        }
        return new ClusterConfig(
                "origin",
                endpoints,
                balance,
                ClusterConfig.DEFAULT_CONNECT_TIMEOUT,
                Optional.empty(),
                new Circuit(connections, requests),
                UpstreamPoolLimits.DEFAULTS);
    }

    private void later(Duration delay, Runnable action) {
        assertThat(delay).isEqualTo(Cluster.SET_ASIDE);
        later.add(action);
    }

    private static int port(SocketAddress address) {
        return ((SocketAddress.Inet) address).port();
    }

    private static SocketAddress.Inet inet(int port) {
        return TestConfigs.inet(port);
    }
}
