package io.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.Stats;
import io.baton.posix.Errno;
import io.baton.posix.SocketAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class RoundRobinTest {
    private final Stats stats = new Stats();
    private final RoundRobin cluster = new RoundRobin(
            new ClusterConfig(
                    "origin",
                    List.of(endpoint(1), endpoint(2), endpoint(3)),
                    ClusterConfig.Balance.ROUND_ROBIN,
                    ClusterConfig.DEFAULT_CONNECT_TIMEOUT),
            stats);

    @Test
    void eachConnectionBeginsAtTheNextEndpointAndMayTryThemAll() {
        assertThat(ports()).containsExactly(1, 2, 3);
        assertThat(ports()).containsExactly(2, 3, 1);
        assertThat(ports()).containsExactly(3, 1, 2);
        assertThat(ports()).containsExactly(1, 2, 3);
    }

    @Test
    void noEndpointIsTriedTwiceByOneConnection() {
        Iterator<SocketAddress> candidates = cluster.candidates();
        candidates.next();
        candidates.next();
        candidates.next();

        assertThat(candidates.hasNext()).isFalse();
        assertThatThrownBy(candidates::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void attemptsAreCountedUnderEnvoysNames() {
        SocketAddress endpoint = cluster.candidates().next();
        cluster.failed(endpoint, Errno.ECONNREFUSED);
        cluster.failed(endpoint, Errno.ETIMEDOUT);
        cluster.connected(endpoint);

        assertThat(stats.counters())
                .containsEntry("cluster.origin.upstream_cx_total", 3L)
                .containsEntry("cluster.origin.upstream_cx_connect_fail", 2L)
                .containsEntry("cluster.origin.upstream_cx_connect_timeout", 1L);
        assertThat(stats.gauges()).containsEntry("cluster.origin.membership_total", 3L);
    }

    private List<Integer> ports() {
        List<Integer> ports = new ArrayList<>();
        cluster.candidates().forEachRemaining(address -> ports.add(((SocketAddress.Inet) address).port()));
        return ports;
    }

    private static Endpoint endpoint(int port) {
        return new Endpoint("127.0.0.1:" + port, new SocketAddress.Inet(InetAddress.getLoopbackAddress(), port));
    }
}
