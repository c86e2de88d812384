package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.EchoClients.Seen;
import io.baton.posix.Posix;
import io.baton.posix.ProcessCalls;
import io.baton.testkit.ChildJvm;
import io.baton.testkit.HandoverIncident;
import io.baton.testkit.HandoverIncident.What;
import io.baton.testkit.HandoverIncident.When;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real processes that are killed or stopped around every message of a rollback. The child has taken over 24 of the 40 connections when it
 * is told to undo, and gives them back in three offers.
 */
@Tag("several-at-a-time")
class RollbackDeathTest {
    private static final Posix POSIX = Posix.linux();
    private static final int CLIENTS = 40;
    private static final int BATCH = 8;
    private static final int MOVED = 3 * BATCH;
    private static final int STAYED = CLIENTS - MOVED;
    private static final HandoverIncident UNDO = new HandoverIncident(What.ROLLBACK, When.AFTER, "Accepted", 3);

    private final HotRestartOptions lineage = Lineages.fresh();
    private final EchoClients clients = new EchoClients();

    @AfterEach
    void disconnect() throws IOException {
        clients.close();
    }

    /** And how many connections the parent has in the end: those that had stayed, and what had been offered. */
    static Stream<Arguments> childsDeaths() {
        return Stream.of(
                Arguments.of("kill-before-Rollback-1", STAYED),
                Arguments.of("kill-after-Rollback-1", STAYED),
                Arguments.of("kill-before-Offer-1", STAYED),
                Arguments.of("kill-after-Offer-1", STAYED + BATCH),
                Arguments.of("kill-before-Offer-3", STAYED + 2 * BATCH),
                Arguments.of("kill-after-Offer-3", CLIENTS),
                Arguments.of("kill-before-Bye-1", CLIENTS),
                Arguments.of("kill-after-Bye-1", CLIENTS));
    }

    @ParameterizedTest
    @MethodSource("childsDeaths")
    void whatAChildHasOfferedBeforeItsDeathIsTheParents(String incident, int alive) throws Exception {
        try (ChildJvm parent = parentWithClients();
                ChildJvm child = childThatUndoes(EchoMain.port(parent), incident)) {
            child.awaitLine("happens: " + incident);
            child.awaitExit();
            parent.awaitLine("duty reopenAdmin");

            assertThat(clients.look()).isEqualTo(seen(alive));
            assertServesOn(parent);
        }
    }

    @Test
    void offersThatADeadChildHasLeftInTheChannelAreTheParents() throws Exception {
        try (ChildJvm parent = parentWithClients();
                ChildJvm child = childThatUndoes(EchoMain.port(parent), "stop-before-Offer-1", "stop-after-Offer-3")) {
            child.awaitLine("happens: stop-before-Offer-1");
            parent.awaitLine("state rolling_back");
            Thread.sleep(500); // it waits again: when it goes on, it looks first whether the child lives
            POSIX.kill(parent.pid(), ProcessCalls.SIGSTOP);
            POSIX.kill(child.pid(), ProcessCalls.SIGCONT);
            child.awaitLine("happens: stop-after-Offer-3");
            child.kill();
            POSIX.kill(parent.pid(), ProcessCalls.SIGCONT);

            parent.awaitLine("duty reopenAdmin");
            assertThat(clients.look()).isEqualTo(seen(CLIENTS));
            assertServesOn(parent);
        }
    }

    /** The parent had given it up meanwhile, and the order to undo stands. */
    @Test
    void aChildThatHasLostTheChannelBeforeItCouldUndoEndsWithWhatItHas() throws Exception {
        try (ChildJvm parent = parentWithClients();
                ChildJvm child = childThatUndoes(EchoMain.port(parent), "stop-before-Rollback-1")) {
            child.awaitLine("happens: stop-before-Rollback-1");
            await().atMost(Duration.ofSeconds(30)).until(() -> hasGivenUpMoving(parent));
            POSIX.kill(child.pid(), ProcessCalls.SIGCONT);

            child.awaitLine("failed: rolled back");
            parent.awaitLine("duty reopenAdmin");
            assertThat(clients.look()).isEqualTo(seen(STAYED));
            assertServesOn(parent);
        }
    }

    /** What had not gone back ends with the child, which has stopped accepting and is to end. */
    @ParameterizedTest
    @MethodSource("parentsDeaths")
    void whenTheParentDiesInARollbackEveryConnectionEnds(String incident) throws Exception {
        HandoverIncident death = HandoverIncident.parse(incident);
        try (ChildJvm parent = parentWithClients(death);
                ChildJvm child = childThatUndoes(EchoMain.port(parent))) {
            parent.awaitLine("happens: " + incident);
            parent.awaitExit();
            child.awaitLine("failed: rolled back");
            child.awaitExit();

            assertThat(clients.look()).isEqualTo(seen(0));
        }
    }

    static Stream<String> parentsDeaths() {
        return Stream.of("kill-before-Accepted-1", "kill-after-Accepted-1", "kill-after-Accepted-3");
    }

    static Stream<String> childsStops() {
        return Stream.of(
                "stop-after-Rollback-1",
                "stop-before-Offer-1",
                "stop-after-Offer-1",
                "stop-after-Offer-3",
                "stop-before-Bye-1",
                "stop-after-Bye-1");
    }

    @ParameterizedTest
    @MethodSource("childsStops")
    void aChildThatStopsForAWhileGivesEverythingBackAfterIt(String incident) throws Exception {
        try (ChildJvm parent = parentWithClients();
                ChildJvm child = childThatUndoes(EchoMain.port(parent), incident)) {
            child.awaitLine("happens: " + incident);
            goOn(child);

            child.awaitLine("failed: rolled back");
            parent.awaitLine("duty reopenAdmin");
            assertThat(clients.look()).isEqualTo(seen(CLIENTS));
            assertServesOn(parent);
        }
    }

    static Stream<String> parentsStops() {
        return Stream.of("stop-before-Accepted-1", "stop-after-Accepted-1", "stop-before-Accepted-3");
    }

    /** The child waits no longer than it must; what it has offered waits in the channel. */
    @ParameterizedTest
    @MethodSource("parentsStops")
    void aParentThatStopsForAWhileFindsWhatItWasOfferedAfterIt(String incident) throws Exception {
        try (ChildJvm parent = parentWithClients(HandoverIncident.parse(incident));
                ChildJvm child = childThatUndoes(EchoMain.port(parent))) {
            parent.awaitLine("happens: " + incident);
            child.awaitLine("failed: rolled back");
            child.awaitExit();
            goOn(parent);

            parent.awaitLine("duty reopenAdmin");
            assertThat(clients.look()).isEqualTo(seen(CLIENTS));
            assertServesOn(parent);
        }
    }

    private ChildJvm parentWithClients(HandoverIncident... incidents) throws IOException {
        ChildJvm parent = EchoMain.start(lineage, 0, 0, List.of(incidents));
        try {
            parent.awaitLine("done ready");
            clients.connect(EchoMain.port(parent), CLIENTS);
            assertThat(clients.look()).isEqualTo(seen(CLIENTS));
            return parent;
        } catch (IOException | RuntimeException | Error e) {
            parent.close();
            throw e;
        }
    }

    private ChildJvm childThatUndoes(int port, String... incidents) throws IOException {
        Stream<HandoverIncident> more = Stream.of(incidents).map(HandoverIncident::parse);
        return EchoMain.start(
                lineage, 1, port, Stream.concat(Stream.of(UNDO), more).toList());
    }

    /** It waits for its child to be ready once more, without the channel. */
    private static boolean hasGivenUpMoving(ChildJvm parent) {
        return parent.output().stream()
                        .filter(line -> line.contains("state awaiting_ready"))
                        .count()
                == 2;
    }

    /** After longer than the other side waits for an answer. */
    private static void goOn(ChildJvm stopped) throws InterruptedException {
        Thread.sleep(1500); // there is nothing to wait for: while it is stopped, nothing happens here
        POSIX.kill(stopped.pid(), ProcessCalls.SIGCONT);
    }

    private void assertServesOn(ChildJvm parent) throws Exception {
        assertThat(parent.isAlive()).isTrue();
        try (EchoClients later = new EchoClients()) {
            later.connect(EchoMain.port(parent), 1);
            assertThat(later.look()).isEqualTo(Map.of(Seen.ECHO, 1));
        }
    }

    private static Map<Seen, Integer> seen(int alive) {
        return alive == 0
                ? Map.of(Seen.ENDED, CLIENTS)
                : alive == CLIENTS ? Map.of(Seen.ECHO, CLIENTS) : Map.of(Seen.ECHO, alive, Seen.ENDED, CLIENTS - alive);
    }
}
