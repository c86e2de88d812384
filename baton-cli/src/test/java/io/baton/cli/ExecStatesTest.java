package io.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.cli.ExecStates.Action;
import io.baton.cli.ExecStates.Step;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole table, each state by each event. */
class ExecStatesTest {
    private static final long CHILD = 7;

    private static final Map<String, ExecState> STATES = Map.of(
            "serving", new ExecState.Serving(),
            "paused", new ExecState.Paused(),
            "auto", new ExecState.Upgrading(CHILD, false),
            "manual", new ExecState.Upgrading(CHILD, true),
            "standby", new ExecState.StandingBy(CHILD),
            "leaving", new ExecState.Leaving());

    private static final Map<String, ExecEvent> EVENTS = Map.of(
            "USR2", new ExecEvent.Upgrade(),
            "WINCH", new ExecEvent.StandBy(),
            "HUP", new ExecEvent.TakeBack(),
            "QUIT", new ExecEvent.Leave(),
            "started", new ExecEvent.Started(CHILD, true),
            "returning", new ExecEvent.Returning(),
            "committed", new ExecEvent.Committed(),
            "ended", new ExecEvent.Ended(CHILD, "exited with 1"),
            "another-ended", new ExecEvent.Ended(CHILD + 1, "exited with 1"));

    @ParameterizedTest
    @CsvSource({
        "serving, USR2, serving, START",
        "serving, WINCH, paused, PAUSE",
        "serving, HUP, serving, RELOAD",
        "serving, QUIT, leaving, DRAIN",
        "serving, started, manual, NOTHING",
        "serving, returning, serving, NOTHING",
        "serving, committed, leaving, NOTHING",
        "serving, ended, serving, NOTHING",
        "paused, USR2, paused, REFUSE",
        "paused, WINCH, paused, REFUSE",
        "paused, HUP, serving, ACCEPT",
        "paused, QUIT, leaving, DRAIN",
        "paused, started, paused, NOTHING",
        "paused, returning, paused, NOTHING",
        "paused, committed, paused, NOTHING",
        "paused, ended, paused, NOTHING",
        "auto, USR2, auto, REFUSE",
        "auto, WINCH, auto, REFUSE",
        "auto, HUP, auto, REFUSE",
        "auto, QUIT, leaving, COMMIT",
        "auto, started, auto, NOTHING",
        "auto, returning, auto, NOTHING",
        "auto, committed, leaving, NOTHING",
        "auto, ended, serving, ALONE",
        "auto, another-ended, auto, NOTHING",
        "manual, USR2, manual, REFUSE",
        "manual, WINCH, standby, GIVE",
        "manual, HUP, manual, REFUSE",
        "manual, QUIT, leaving, COMMIT",
        "manual, started, manual, NOTHING",
        "manual, returning, manual, NOTHING",
        "manual, committed, leaving, NOTHING",
        "manual, ended, serving, ALONE",
        "manual, another-ended, manual, NOTHING",
        "standby, USR2, standby, REFUSE",
        "standby, WINCH, standby, REFUSE",
        "standby, HUP, manual, KEEP",
        "standby, QUIT, leaving, COMMIT",
        "standby, started, standby, NOTHING",
        "standby, returning, manual, KEEP",
        "standby, committed, leaving, NOTHING",
        "standby, ended, serving, ALONE_ACCEPT",
        "standby, another-ended, standby, NOTHING",
        "leaving, USR2, leaving, REFUSE",
        "leaving, WINCH, leaving, REFUSE",
        "leaving, HUP, leaving, REFUSE",
        "leaving, QUIT, leaving, REFUSE",
        "leaving, started, leaving, NOTHING",
        "leaving, returning, leaving, NOTHING",
        "leaving, committed, leaving, NOTHING",
        "leaving, ended, leaving, ALONE_DRAIN",
    })
    void eachEventLeadsWhereTheTableSays(String from, String event, String to, Action action) {
        Step step = ExecStates.next(state(from), event(event));

        assertThat(step.next()).isEqualTo(state(to));
        assertThat(step.action()).isEqualTo(action);
    }

    @Test
    void whatIsRefusedChangesNothingAndSaysWhy() {
        for (ExecState state : STATES.values()) {
            for (ExecEvent event : EVENTS.values()) {
                Step step = ExecStates.next(state, event);
                boolean refused = step.action() == Action.REFUSE;
                assertThat(step.why().isEmpty()).as("%s on %s", event, state).isNotEqualTo(refused);
                assertThat(!refused || step.next().equals(state)).isTrue();
            }
        }
    }

    @Test
    void onlySignalsAreRefused() {
        for (ExecState state : STATES.values()) {
            for (String event : List.of("started", "returning", "committed", "ended", "another-ended")) {
                assertThat(ExecStates.next(state, event(event)).action()).isNotEqualTo(Action.REFUSE);
            }
        }
    }

    private static ExecState state(String name) {
        ExecState found = STATES.get(name);
        assertThat(found).as(name).isNotNull();
        return found;
    }

    private static ExecEvent event(String name) {
        ExecEvent found = EVENTS.get(name);
        assertThat(found).as(name).isNotNull();
        return found;
    }
}
