package io.baton;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.posix.Posix;
import io.baton.posix.ProcessCalls;
import io.baton.testkit.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real processes that are killed, stopped, or lose their channel around every message they say; clients are connected all the while. */
class MigrationDeathTest {
    private static final Posix POSIX = Posix.linux();
    private static final int CLIENTS = 40;
    private static final int PATIENCE_MS = 3_000;
    private static final Set<String> CHILD_SAYS = Set.of("Hello", "Ready", "Accepted", "Commit");
    private static final Set<String> PARENT_SAYS = Set.of("Welcome", "Offer", "Exhausted", "Committed", "Bye");

    /** In a rollback, when a side gives up, when fds are short: {@link MigrationTest}; or of a later version. */
    private static final Set<String> ELSEWHERE = Set.of("Refuse", "Rollback", "Budget", "Abandon", "Unknown");

    private final HotRestartOptions lineage = Lineages.fresh();
    private final List<Socket> clients = new ArrayList<>();

    /** What a client sees of its connection after all. */
    private enum Seen {
        ECHO,
        ENDED,
        HUNG,
        WRONG
    }

    /** One thing that happens to one side around one message. */
    record Fault(boolean toChild, String what, String when, String message) {
        List<String> arguments() {
            return List.of(what, when, message);
        }
    }

    static Stream<Fault> faults() {
        return Stream.of("kill", "stop", "close")
                .flatMap(what -> Stream.of("before", "after")
                        .flatMap(when -> Stream.concat(
                                CHILD_SAYS.stream().sorted().map(message -> new Fault(true, what, when, message)),
                                PARENT_SAYS.stream().sorted().map(message -> new Fault(false, what, when, message)))));
    }

    @AfterEach
    void disconnect() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
    }

    @Test
    void everyMessageIsCovered() {
        Set<String> all = Arrays.stream(HandoverMessage.class.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(Stream.of(CHILD_SAYS, PARENT_SAYS, ELSEWHERE).flatMap(Set::stream))
                .containsExactlyInAnyOrderElementsOf(all);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aConnectionIsServedUnlessItsOwnerWasKilled(Fault fault) throws Exception {
        try (ChildJvm parent = start(0, 0, fault.toChild() ? List.of() : fault.arguments())) {
            String listening = parent.awaitLine("listening on ");
            int port = Integer.parseInt(listening.substring("listening on ".length()));
            parent.awaitLine("done ready");
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            assertThat(look()).isEqualTo(Map.of(Seen.ECHO, CLIENTS));
            try (ChildJvm child = start(1, port, fault.toChild() ? fault.arguments() : List.of())) {
                ChildJvm victim = fault.toChild() ? child : parent;
                victim.awaitLine("happens: " + fault.what());
                switch (fault.what()) {
                    case "kill" -> afterKill(fault, victim, fault.toChild() ? parent : child);
                    case "stop" -> {
                        if (!fault.toChild()) {
                            child.awaitLine("done ready"); // a stalled parent does not hold it up
                        }
                        Thread.sleep(1500); // longer than the other side waits for an answer
                        POSIX.kill(victim.pid(), ProcessCalls.SIGCONT);
                        child.awaitLine("done ready");
                        assertThat(look()).isEqualTo(Map.of(Seen.ECHO, CLIENTS));
                    }
                    case "close" -> {
                        child.awaitLine("done ready");
                        assertThat(look()).isEqualTo(Map.of(Seen.ECHO, CLIENTS));
                    }
                    default -> throw new IllegalArgumentException(fault.what());
                }
            }
        }
    }

    private void afterKill(Fault fault, ChildJvm victim, ChildJvm survivor) throws IOException {
        victim.awaitExit();
        if (fault.toChild() && !fault.message().equals("Commit")) {
            survivor.awaitLine("duty reopenAdmin");
        } else if (!fault.toChild()) {
            survivor.awaitLine("done ready");
        }
        Map<Seen, Integer> seen = look();
        assertThat(seen).doesNotContainKeys(Seen.HUNG, Seen.WRONG);
        assertThat(survivor.isAlive()).isTrue();
        boolean noneHadMoved = Set.of("Hello", "Ready").contains(fault.message())
                || (fault.message().equals("Accepted") && fault.when().equals("before"));
        if (fault.toChild() && noneHadMoved) {
            assertThat(seen).as("the child owned none").isEqualTo(Map.of(Seen.ECHO, CLIENTS));
        }
        boolean allHadMoved = Set.of("Exhausted", "Committed", "Bye").contains(fault.message());
        if (!fault.toChild() && allHadMoved) {
            assertThat(seen).as("the parent owned none").isEqualTo(Map.of(Seen.ECHO, CLIENTS));
        }
    }

    private ChildJvm start(int epoch, int port, List<String> fault) throws IOException {
        return ChildJvm.start(
                EchoMain.class, EchoMain.arguments(lineage, epoch, port, fault).toArray(String[]::new));
    }

    private Map<Seen, Integer> look() throws IOException {
        Map<Seen, Integer> all = new EnumMap<>(Seen.class);
        for (int i = 0; i < clients.size() && all.getOrDefault(Seen.HUNG, 0) == 0; i++) { // one that hangs is enough
            all.merge(look(clients.get(i), "%05d".formatted(i)), 1, Integer::sum);
        }
        return all;
    }

    private static Seen look(Socket client, String word) {
        byte[] said = word.getBytes(StandardCharsets.US_ASCII);
        try {
            client.setSoTimeout(PATIENCE_MS);
            client.getOutputStream().write(said);
            byte[] heard = client.getInputStream().readNBytes(said.length);
            return heard.length < said.length ? Seen.ENDED : Arrays.equals(said, heard) ? Seen.ECHO : Seen.WRONG;
        } catch (java.net.SocketTimeoutException e) {
            return Seen.HUNG;
        } catch (IOException e) {
            return Seen.ENDED;
        }
    }
}
