package io.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.RestartEpoch;
import io.baton.cli.SupervisorState.Abandoned;
import io.baton.cli.SupervisorState.Asked;
import io.baton.cli.SupervisorState.BackingOff;
import io.baton.cli.SupervisorState.Empty;
import io.baton.cli.SupervisorState.Event;
import io.baton.cli.SupervisorState.Gone;
import io.baton.cli.SupervisorState.MakingRoom;
import io.baton.cli.SupervisorState.Member;
import io.baton.cli.SupervisorState.Ready;
import io.baton.cli.SupervisorState.Serving;
import io.baton.cli.SupervisorState.Spawned;
import io.baton.cli.SupervisorState.Starting;
import io.baton.cli.SupervisorState.Stop;
import io.baton.cli.SupervisorState.Stopped;
import io.baton.cli.SupervisorState.Stopping;
import io.baton.cli.SupervisorState.Upgrading;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SupervisorStateTest {
    private static final Member PARENT = new Member(new RestartEpoch(7), 70);
    private static final Member CHILD = new Member(new RestartEpoch(8), 80);
    private static final Member RETIRING = new Member(new RestartEpoch(6), 60);

    private static final List<SupervisorState> STATES = List.of(
            new Starting(CHILD),
            new Serving(PARENT),
            new MakingRoom(PARENT),
            new Upgrading(PARENT, CHILD),
            new BackingOff(),
            new Stopping(),
            new Stopped());

    private static final List<Event> EVENTS = List.of(
            new Spawned(CHILD),
            new Ready(CHILD),
            new Ready(RETIRING),
            new Gone(CHILD),
            new Gone(PARENT),
            new Gone(RETIRING),
            new Asked(),
            new Abandoned(),
            new Stop(),
            new Empty());

    /** Every transition that changes something; all others either keep the state or are mistakes. */
    private static Stream<Arguments> table() {
        return Stream.of(
                Arguments.of(new BackingOff(), new Spawned(CHILD), new Starting(CHILD)),
                Arguments.of(new Starting(CHILD), new Ready(CHILD), new Serving(CHILD)),
                Arguments.of(new Starting(CHILD), new Gone(CHILD), new BackingOff()),
                Arguments.of(new Serving(PARENT), new Asked(), new MakingRoom(PARENT)),
                Arguments.of(new Serving(PARENT), new Gone(PARENT), new BackingOff()),
                Arguments.of(new MakingRoom(PARENT), new Spawned(CHILD), new Upgrading(PARENT, CHILD)),
                Arguments.of(new MakingRoom(PARENT), new Abandoned(), new Serving(PARENT)),
                Arguments.of(new MakingRoom(PARENT), new Gone(PARENT), new BackingOff()),
                Arguments.of(new Upgrading(PARENT, CHILD), new Ready(CHILD), new Serving(CHILD)),
                Arguments.of(new Upgrading(PARENT, CHILD), new Gone(CHILD), new Serving(PARENT)),
                Arguments.of(new Upgrading(PARENT, CHILD), new Gone(PARENT), new Starting(CHILD)),
                Arguments.of(new Starting(CHILD), new Stop(), new Stopping()),
                Arguments.of(new Serving(PARENT), new Stop(), new Stopping()),
                Arguments.of(new MakingRoom(PARENT), new Stop(), new Stopping()),
                Arguments.of(new Upgrading(PARENT, CHILD), new Stop(), new Stopping()),
                Arguments.of(new BackingOff(), new Stop(), new Stopping()),
                Arguments.of(new Stopping(), new Empty(), new Stopped()));
    }

    @ParameterizedTest
    @MethodSource("table")
    void goesFromStateToState(SupervisorState state, Event event, SupervisorState expected) {
        assertThat(state.next(event)).isEqualTo(expected);
    }

    @Test
    void doesNothingElse() {
        Set<List<Object>> changes = new HashSet<>();
        table().map(Arguments::get).forEach(row -> changes.add(List.of(row[0], row[1])));
        List<String> surprises = new ArrayList<>();
        for (SupervisorState state : STATES) {
            for (Event event : EVENTS) {
                if (!changes.contains(List.<Object>of(state, event)) && changesSomething(state, event)) {
                    surprises.add(state + " / " + event);
                }
            }
        }
        assertThat(surprises).isEmpty();
    }

    private static boolean changesSomething(SupervisorState state, Event event) {
        try {
            return !state.next(event).equals(state);
        } catch (IllegalStateException e) {
            return false;
        }
    }

    @Test
    void theEndOfAGenerationThatOnlyDrainsIsFineInEveryState() {
        assertThat(STATES)
                .allSatisfy(state -> assertThat(state.next(new Gone(RETIRING))).isEqualTo(state));
    }

    @Test
    void aSecondUpgradeIsAMistakeOfTheCaller() {
        assertThatThrownBy(() -> new Upgrading(PARENT, CHILD).next(new Asked()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("does not accept Asked");
    }
}
