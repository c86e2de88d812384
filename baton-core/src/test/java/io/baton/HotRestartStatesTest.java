package io.baton;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.HotRestartState.AwaitingReady;
import io.baton.HotRestartState.Draining;
import io.baton.HotRestartState.Migrating;
import io.baton.HotRestartState.RollingBack;
import io.baton.HotRestartState.Serving;
import io.baton.HotRestartState.Starting;
import io.baton.HotRestartState.Terminated;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever comes, in whatever order: the table of transitions keeps its promises. */
class HotRestartStatesTest {
    private static final RestartEpoch EPOCH = new RestartEpoch(3);

    @Provide
    Arbitrary<HotRestartEvent> events() {
        Arbitrary<Long> pids = Arbitraries.longs().between(1, 3);
        return Arbitraries.oneOf(
                Arbitraries.just(new HotRestartEvent.Ready()),
                pids.map(HotRestartEvent.ChildArrived::new),
                pids.map(HotRestartEvent.ChildReady::new),
                pids.map(HotRestartEvent.MigrationBegun::new),
                pids.map(pid -> new HotRestartEvent.MigrationLost(pid, "test")),
                pids.map(pid -> new HotRestartEvent.RollbackBegun(pid, "test")),
                pids.flatMap(pid ->
                        Arbitraries.of(true, false).map(alive -> new HotRestartEvent.ChildFailed(pid, alive, "test"))),
                Arbitraries.just(new HotRestartEvent.DrainRequested()),
                Arbitraries.just(new HotRestartEvent.Drained("test")),
                pids.map(HotRestartEvent.TerminateRequested::new));
    }

    @Provide
    Arbitrary<List<HotRestartEvent>> histories() {
        return events().list().ofMaxSize(30);
    }

    @Property
    void onlyTheChildInTheHandoverDrainsOrTerminates(@ForAll("histories") List<HotRestartEvent> history) {
        HotRestartState state = new Starting(EPOCH);
        for (HotRestartEvent event : history) {
            Optional<HotRestartState> next = HotRestartStates.next(state, event);
            if (next.isPresent()) {
                OptionalLong child = HotRestartStates.child(state);
                if (next.get() instanceof Draining && event instanceof HotRestartEvent.ChildReady(long pid)) {
                    assertThat(child).hasValue(pid);
                }
                if (next.get() instanceof Terminated && event instanceof HotRestartEvent.TerminateRequested(long pid)) {
                    assertThat(child).hasValue(pid);
                    assertThat(state).isInstanceOf(Draining.class);
                }
                state = next.get();
            }
        }
    }

    @Property
    void thereIsNoWayBackFromDraining(@ForAll("histories") List<HotRestartEvent> history) {
        HotRestartState state = new Starting(EPOCH);
        boolean drained = false;
        for (HotRestartEvent event : history) {
            state = HotRestartStates.next(state, event).orElse(state);
            drained |= state instanceof Draining;
            assertThat(drained && !(state instanceof Draining || state instanceof Terminated))
                    .isFalse();
            assertThat(state.epoch()).isEqualTo(EPOCH);
        }
    }

    @Property
    void aChildThatFailsBeforeItIsReadyLeavesTheParentServing(@ForAll long pid, @ForAll boolean alive) {
        HotRestartState waiting = new AwaitingReady(EPOCH, pid);

        Optional<HotRestartState> next =
                HotRestartStates.next(waiting, new HotRestartEvent.ChildFailed(pid, alive, "test"));

        assertThat(next).contains(new Serving(EPOCH, alive ? OptionalLong.of(pid) : OptionalLong.empty()));
    }

    @Property
    void fromEveryStateOfAHandoverAFailedChildLeavesTheParentServing(@ForAll long pid, @ForAll boolean alive) {
        for (HotRestartState state :
                List.of(new AwaitingReady(EPOCH, pid), new Migrating(EPOCH, pid), new RollingBack(EPOCH, pid))) {
            assertThat(HotRestartStates.next(state, new HotRestartEvent.ChildFailed(pid, alive, "test")))
                    .contains(new Serving(EPOCH, alive ? OptionalLong.of(pid) : OptionalLong.empty()));
            assertThat(HotRestartStates.next(state, new HotRestartEvent.ChildArrived(pid + 1)))
                    .as("one handover at a time")
                    .isEmpty();
        }
    }

    @Property
    void onlyTheChildOfTheHandoverMigrates(@ForAll("histories") List<HotRestartEvent> history) {
        HotRestartState state = new Starting(EPOCH);
        for (HotRestartEvent event : history) {
            HotRestartState next = HotRestartStates.next(state, event).orElse(state);
            if (next instanceof Migrating migrating && !(state instanceof Migrating)) {
                assertThat(state).isEqualTo(new AwaitingReady(EPOCH, migrating.child()));
            }
            if (next instanceof RollingBack returning && !(state instanceof RollingBack)) {
                assertThat(state).isEqualTo(new Migrating(EPOCH, returning.child()));
            }
            if (state instanceof RollingBack) { // its child accepts no more: no way on
                assertThat(next).isNotInstanceOf(Draining.class).isNotInstanceOf(Migrating.class);
            }
            state = next;
        }
    }

    @Property
    void aLostChannelCostsTheMigrationButNotTheHandover(@ForAll long pid) {
        Optional<HotRestartState> lost =
                HotRestartStates.next(new Migrating(EPOCH, pid), new HotRestartEvent.MigrationLost(pid, "test"));

        assertThat(lost).contains(new AwaitingReady(EPOCH, pid));
        assertThat(HotRestartStates.next(lost.get(), new HotRestartEvent.ChildReady(pid)))
                .contains(new Draining(EPOCH, OptionalLong.of(pid)));
    }

    @Property
    void aChildGivenUpOnIsHonouredAfterAll(@ForAll long pid) {
        HotRestartState late = new Serving(EPOCH, OptionalLong.of(pid));

        assertThat(HotRestartStates.next(late, new HotRestartEvent.ChildReady(pid)))
                .contains(new Draining(EPOCH, OptionalLong.of(pid)));
        assertThat(HotRestartStates.next(late, new HotRestartEvent.ChildReady(pid + 1)))
                .isEmpty();
    }

    @Property
    void nothingMovesATerminatedProcess(@ForAll("events") HotRestartEvent event) {
        assertThat(HotRestartStates.next(new Terminated(EPOCH), event)).isEmpty();
    }
}
