package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.baton.bench.EchoOrigin;
import io.baton.bench.PingLoad;
import io.baton.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that others have written, a large transfer and many small ones, all of them at once, while the proxy is replaced ten times:
 * none of them notices. The handovers come once, before the tests, each of which looks at what became of one kind of client.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientsOverTenHandoversTest {
    private static final int HANDOVERS = 10;
    private static final int PINGING = 200;
    private static final Duration PING_INTERVAL = Duration.ofMillis(5);
    private static final Duration PATIENCE = BatonProcess.PATIENCE;
    private static final Pattern MOVED =
            Pattern.compile("\"moved\":(\\d+),\"drained\":(\\d+),\"cut\":(\\d+),\"pause_ms\":(\\{[^}]*})");

    /** One that drained would take its whole drain time, or until its clients end. */
    private static final Duration NO_DRAIN = Duration.ofSeconds(10);

    @TempDir
    static Path temp;

    /** Who had ended before the last handover, and so has not shown what it should. */
    private final List<String> ended = new ArrayList<>();

    private final List<String> moves = new ArrayList<>();
    private final List<Duration> retirements = new ArrayList<>();
    private int connections;
    private Optional<RedisScene.Result> redis = Optional.empty();
    private Optional<PostgresScene.Result> postgres = Optional.empty();
    private Optional<PingLoad.Result> pings = Optional.empty();
    private List<String> bulk = List.of();

    /** The ports that Baton listens on. */
    private record Ports(int redis, int postgres, int bulk, int ping) {
        static Ports free() throws IOException {
            return new Ports(Configs.freePort(), Configs.freePort(), Configs.freePort(), Configs.freePort());
        }

        Set<Integer> all() {
            return Set.of(redis, postgres, bulk, ping);
        }
    }

    @BeforeAll
    @Timeout(value = 300, unit = TimeUnit.SECONDS)
    void tenHandovers() throws Exception {
        Ports ports = Ports.free();
        try (EchoOrigin echo = EchoOrigin.start();
                ChildJvm transfer = ChildJvm.startOptimized(BulkMain.class);
                Closing<RedisScene> redisScene =
                        new Closing<>(RedisScene.isPossible() ? RedisScene.start(temp) : null);
                Closing<PostgresScene> postgresScene =
                        new Closing<>(PostgresScene.isPossible() ? PostgresScene.start() : null);
                BatonProcess baton = BatonProcess.run(
                        temp.resolve("r"),
                        "-c",
                        config(
                                        ports,
                                        redisScene.get().map(RedisScene::port).orElse(1),
                                        postgresScene
                                                .get()
                                                .map(PostgresScene::port)
                                                .orElse(1),
                                        originOf(transfer),
                                        echo.address().getPort())
                                .toString());
                PingLoad pinging = PingLoad.start(Configs.loopback(ports.ping()), 0, PINGING, PING_INTERVAL)) {
            pinging.awaitOpen(PATIENCE);
            transfer.tell("begin " + ports.bulk());
            transfer.awaitLine("standing");
            connections = PINGING + 1;
            if (redisScene.get().isPresent()) {
                redisScene.get().get().begin(ports.redis());
                connections += redisScene.get().get().connections();
            }
            if (postgresScene.get().isPresent()) {
                postgresScene.get().get().begin(ports.postgres());
                connections += postgresScene.get().get().connections();
            }
            for (int epoch = 1; epoch <= HANDOVERS; epoch++) {
                handOver(baton, ports);
            }
            noteEnded("redis-benchmark", redisScene.get().map(RedisScene::isRunning));
            noteEnded("pgbench", postgresScene.get().map(PostgresScene::isRunning));
            noteEnded("the transfer", Optional.of(transfer.isAlive()));

            transfer.tell("hurry");
            if (postgresScene.get().isPresent()) {
                postgres = Optional.of(postgresScene.get().get().end());
            }
            pings = Optional.of(pinging.stop(PATIENCE));
            if (redisScene.get().isPresent()) {
                redis = Optional.of(redisScene.get().get().end());
            }
            bulk = List.of(transfer.awaitLine("up "), transfer.awaitLine("down "));
            assertThat(transfer.awaitExit()).isZero();
        }
    }

    private void handOver(BatonProcess baton, Ports ports) throws IOException, InterruptedException {
        Retirement old = Retirement.of(baton.serving().pid(), ports.all());
        baton.upgrade();
        retirements.add(old.lasted());
        await().atMost(PATIENCE).until(() -> baton.generations().size() == 1);
        moves.add(baton.status());
    }

    private void noteEnded(String who, Optional<Boolean> running) {
        if (!running.orElse(true)) {
            ended.add(who);
        }
    }

    private static int originOf(ChildJvm transfer) {
        return Integer.parseInt(transfer.awaitLine("origin ").substring("origin ".length()));
    }

    private static Path config(Ports ports, int redis, int postgres, int bulk, int ping) throws IOException {
        return Files.writeString(temp.resolve("baton.yaml"), """
                listeners:
                  - { name: redis, address: "127.0.0.1:%d", tcp: { cluster: redis } }
                  - { name: postgres, address: "127.0.0.1:%d", tcp: { cluster: postgres } }
                  - { name: bulk, address: "127.0.0.1:%d", tcp: { cluster: bulk } }
                  - { name: ping, address: "127.0.0.1:%d", tcp: { cluster: ping } }
                clusters:
                  - { name: redis, endpoints: [ "127.0.0.1:%d" ] }
                  - { name: postgres, endpoints: [ "127.0.0.1:%d" ] }
                  - { name: bulk, endpoints: [ "127.0.0.1:%d" ] }
                  - { name: ping, endpoints: [ "127.0.0.1:%d" ] }
                handover: { rehearsal: 500ms, drain: 20s, parent_shutdown: 30s, ready_timeout: 40s }
                """.formatted(
                        ports.redis(), ports.postgres(), ports.bulk(), ports.ping(), redis, postgres, bulk, ping));
    }

    @Test
    void everyHandoverMovesEveryConnection() {
        assertThat(ended).as("ended before the last handover").isEmpty();
        assertThat(moves)
                .hasSize(HANDOVERS)
                .allSatisfy(status -> assertThat(status)
                        .contains("\"result\":\"committed\",\"moved\":%d,\"drained\":0,\"cut\":0"
                                .formatted(connections)));
        moves.forEach(status -> {
            Matcher matcher = MOVED.matcher(status);
            if (matcher.find()) {
                System.out.printf("moved %s, paused for (ms) %s%n", matcher.group(1), matcher.group(4));
            }
        });
    }

    @Test
    void redisBenchmarkSeesNoErrorAndNeverConnectsAgain() {
        assumeTrue(redis.isPresent(), "there is no redis");
        RedisScene.Result result = redis.get();
        assertThat(result.exitCodes()).as(result.said()).containsExactly(0, 0);
        assertThat(result.said()).contains("\"GET\"").contains("\"SET\"").doesNotContainIgnoringCase("error");
        assertThat(result.errorReplies()).isZero();
        assertThat(result.reconnects()).isZero();
        assertThat(result.commands()).isGreaterThanOrEqualTo(RedisScene.REQUESTS);
    }

    @Test
    void pgbenchFailsNoTransactionAndNeverConnectsAgain() {
        assumeTrue(postgres.isPresent(), "there is no PostgreSQL");
        PostgresScene.Result result = postgres.get();
        assertThat(result.exitCode()).as(result.said()).isZero();
        assertThat(result.said())
                .contains("number of failed transactions: 0 ")
                .containsPattern("number of transactions actually processed: \\d{3,}")
                .doesNotContainIgnoringCase("error")
                .doesNotContain("aborted");
        assertThat(result.reconnects()).isZero();
    }

    @Test
    void aGibibyteEachWayArrivesAsItWasSent() {
        assertThat(bulk).hasSize(2).allSatisfy(sums -> {
            String[] words = sums.split(" ", -1); // up sent SUM received SUM
            assertThat(words[4]).endsWith("/" + BulkMain.BYTES).isEqualTo(words[2]);
        });
    }

    @Test
    void everyPingOfTwoHundredConnectionsIsAnswered() {
        PingLoad.Result result = pings.orElseThrow();
        assertThat(result.failures().total()).as("%s", result.failures()).isZero();
        assertThat(result.answered()).isEqualTo(PINGING);
        System.out.println("round trips over %d handovers (µs): %s"
                .formatted(HANDOVERS, result.samples().roundTrips()));
    }

    @Test
    void theOldProcessIsGoneWhenItsLastConnectionHasLeftIt() {
        System.out.println("old processes were gone after " + retirements);
        assertThat(retirements)
                .hasSize(HANDOVERS)
                .allSatisfy(lasted -> assertThat(lasted).isLessThan(NO_DRAIN));
    }
}
