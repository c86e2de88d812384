package io.baton;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.EchoClients.Seen;
import io.baton.posix.Posix;
import io.baton.posix.ProcessCalls;
import io.baton.testkit.ChildJvm;
import io.baton.testkit.HandoverIncident;
import io.baton.testkit.HandoverIncident.What;
import io.baton.testkit.HandoverIncident.When;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real processes that are killed, stopped, or lose their channel around every message they say; clients are connected all the while. */
@Tag("several-at-a-time")
class MigrationDeathTest {
    private static final Posix POSIX = Posix.linux();
    private static final int CLIENTS = 40;
    private static final Set<String> CHILD_SAYS = Set.of("Hello", "Ready", "Accepted", "Commit");
    private static final Set<String> PARENT_SAYS = Set.of("Welcome", "Offer", "Exhausted", "Committed", "Bye");

    /** In a rollback: {@link RollbackDeathTest}. When a side gives up, when fds are short: {@link MigrationTest}. Or of a later version. */
    private static final Set<String> ELSEWHERE = Set.of("Refuse", "Rollback", "Budget", "Abandon", "Unknown");

    private final HotRestartOptions lineage = Lineages.fresh();
    private final EchoClients clients = new EchoClients();

    /** One thing that happens to one side. */
    record Fault(boolean toChild, HandoverIncident incident) {
        Fault(boolean toChild, What what, When when, String message) {
            this(toChild, new HandoverIncident(what, when, message, 1));
        }

        List<HandoverIncident> of(boolean child) {
            return child == toChild ? List.of(incident) : List.of();
        }
    }

    static Stream<Fault> faults() {
        return Stream.of(What.KILL, What.STOP, What.CLOSE)
                .flatMap(what -> Stream.of(When.values())
                        .flatMap(when -> Stream.concat(
                                CHILD_SAYS.stream().sorted().map(message -> new Fault(true, what, when, message)),
                                PARENT_SAYS.stream().sorted().map(message -> new Fault(false, what, when, message)))));
    }

    @AfterEach
    void disconnect() throws IOException {
        clients.close();
    }

    @Test
    void everyMessageIsCovered() {
        Set<String> all = Arrays.stream(HandoverMessage.class.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(Stream.of(CHILD_SAYS, PARENT_SAYS, ELSEWHERE).flatMap(Set::stream))
                .containsExactlyInAnyOrderElementsOf(all);
        all.remove("Unknown");
        assertThat(HandoverIncident.MESSAGES).containsExactlyInAnyOrderElementsOf(all);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aConnectionIsServedUnlessItsOwnerWasKilled(Fault fault) throws Exception {
        try (ChildJvm parent = EchoMain.start(lineage, 0, 0, fault.of(false))) {
            int port = EchoMain.port(parent);
            parent.awaitLine("done ready");
            clients.connect(port, CLIENTS);
            assertThat(clients.look()).isEqualTo(Map.of(Seen.ECHO, CLIENTS));
            try (ChildJvm child = EchoMain.start(lineage, 1, port, fault.of(true))) {
                ChildJvm victim = fault.toChild() ? child : parent;
                victim.awaitLine("happens: " + fault.incident());
                switch (fault.incident().what()) {
                    case KILL -> afterKill(fault, victim, fault.toChild() ? parent : child);
                    case STOP -> {
                        if (!fault.toChild()) {
                            child.awaitLine("done ready"); // a stalled parent does not hold it up
                        }
                        Thread.sleep(1500); // longer than the other side waits for an answer
                        POSIX.kill(victim.pid(), ProcessCalls.SIGCONT);
                        child.awaitLine("done ready");
                        assertThat(clients.look()).isEqualTo(Map.of(Seen.ECHO, CLIENTS));
                    }
                    case CLOSE -> {
                        child.awaitLine("done ready");
                        assertThat(clients.look()).isEqualTo(Map.of(Seen.ECHO, CLIENTS));
                    }
                    case ROLLBACK -> throw new AssertionError("RollbackDeathTest has those");
                }
            }
        }
    }

    private void afterKill(Fault fault, ChildJvm victim, ChildJvm survivor) {
        String message = fault.incident().message();
        victim.awaitExit();
        if (fault.toChild() && !message.equals("Commit")) {
            survivor.awaitLine("duty reopenAdmin");
        } else if (!fault.toChild()) {
            survivor.awaitLine("done ready");
        }
        Map<Seen, Integer> seen = clients.look();
        assertThat(seen).doesNotContainKeys(Seen.HUNG, Seen.WRONG);
        assertThat(survivor.isAlive()).isTrue();
        boolean noneHadMoved = Set.of("Hello", "Ready").contains(message)
                || (message.equals("Accepted") && fault.incident().when() == When.BEFORE);
        if (fault.toChild() && noneHadMoved) {
            assertThat(seen).as("the child owned none").isEqualTo(Map.of(Seen.ECHO, CLIENTS));
        }
        boolean allHadMoved = Set.of("Exhausted", "Committed", "Bye").contains(message);
        if (!fault.toChild() && allHadMoved) {
            assertThat(seen).as("the parent owned none").isEqualTo(Map.of(Seen.ECHO, CLIENTS));
        }
    }
}
