package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.baton.posix.Errno;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.testkit.FaultyPosix;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class StatsTest {
    private final Stats stats = new Stats();

    @Property
    void deltasAddUpToTheCounterWhateverIsLost(
            @ForAll List<@LongRange(max = 1000) Long> increments, @ForAll List<Boolean> sent) {
        StatsLatch latch = new StatsLatch(stats);
        long told = 0;
        long before = stats.counter("c").value();
        latch.commit(Map.of("c", before));
        for (int i = 0; i < increments.size(); i++) {
            stats.counter("c").add(increments.get(i));
            Map<String, Long> pending = latch.pending();
            if (i < sent.size() && sent.get(i)) {
                latch.commit(pending);
                told += pending.getOrDefault("c", 0L);
            }
        }
        told += latch.pending().getOrDefault("c", 0L);
        assertThat(told).isEqualTo(stats.counter("c").value() - before);
    }

    @Test
    void gaugesAccumulateOrNot() {
        stats.gauge("both", ImportMode.ACCUMULATE).set(2);
        stats.gauge("own", ImportMode.NEVER_IMPORT).set(2);
        stats.mergeParent(Map.of(), Map.of("both", 3L, "own", 3L, "unclaimed", 3L));

        assertThat(stats.gauges()).containsExactlyInAnyOrderEntriesOf(Map.of("both", 5L, "own", 2L, "unclaimed", 3L));
        assertThat(stats.gauge("unclaimed", ImportMode.ACCUMULATE).value()).isEqualTo(3);
        stats.mergeParent(Map.of(), Map.of("both", 1L));
        assertThat(stats.gauges()).containsEntry("both", 3L);
        stats.forgetParent();
        assertThat(stats.gauges()).containsExactlyInAnyOrderEntriesOf(Map.of("both", 2L, "own", 2L, "unclaimed", 0L));
    }

    @Test
    void onlyTheGenerationKeepsTheParentsPart() {
        stats.gauge(Stats.GENERATION, ImportMode.ACCUMULATE).set(1);
        stats.mergeParent(Map.of(), Map.of(Stats.GENERATION, 6L));
        stats.forgetParent();
        assertThat(stats.gauges()).containsEntry(Stats.GENERATION, 7L);
    }

    @Test
    void aGaugeHasOneMode() {
        stats.gauge("g", ImportMode.ACCUMULATE);
        assertThatThrownBy(() -> stats.gauge("g", ImportMode.NEVER_IMPORT))
                .hasMessage("gauge g is ACCUMULATE, asked for as NEVER_IMPORT");
    }

    @Test
    void statsAreNotLostWhenTheReplyCannotBeSent() throws Exception {
        HotRestartOptions epoch0 = Lineages.fresh();
        FaultyPosix faulty = new FaultyPosix(Posix.linux());
        try (Server parent = Server.start(faulty.posix(), epoch0, server -> {})) {
            parent.connections.set(1);
            try (Server child =
                    Server.start(Lineages.next(epoch0).with(o -> o.replyTimeout = java.time.Duration.ofMillis(300)))) {
                faulty.fail("sendMessageTo", Errno.ENOMEM, 3, arguments -> isChild(arguments.get(3)));
                parent.stats.counter("requests").add(11);
                await().untilAsserted(() -> assertThat(child.stats.counters()).containsEntry("requests", 11L));
            }
        }
    }

    @Test
    void everyRequestIsCountedOnceThroughTenRestarts() throws Exception {
        HotRestartOptions options = Lineages.fresh();
        Server serving = Server.start(options);
        long counted = 0;
        for (int i = 0; i < 10; i++) {
            serving.connections.set(1);
            serving.stats.counter("requests").add(100);
            options = Lineages.next(options);
            Server next = Server.start(options);
            serving.stats.counter("requests").add(10); // of connections that drain
            next.stats.counter("requests").add(1);
            counted += 111;
            Server parent = serving;
            parent.connections.set(0);
            await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
            parent.close();
            serving = next;
        }
        assertThat(serving.stats.counters()).containsEntry("requests", counted);
        serving.close();
    }

    private static boolean isChild(Object destination) {
        return destination instanceof SocketAddress.UnixAbstract name
                && Objects.toString(name.name()).contains("_child_");
    }
}
