package io.baton;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.AdoptionState.Adopting;
import io.baton.AdoptionState.Alone;
import io.baton.AdoptionState.Committed;
import io.baton.AdoptionState.Gathered;
import io.baton.AdoptionState.Greeting;
import io.baton.AdoptionState.Returning;
import io.baton.AdoptionState.Unasked;
import io.baton.AdoptionState.Undone;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever comes, in whatever order: the child's table keeps its promises. */
class AdoptionStatesTest {

    @Provide
    Arbitrary<List<AdoptionEvent>> histories() {
        return Arbitraries.<AdoptionEvent>of(
                        new AdoptionEvent.ChannelPassed(),
                        new AdoptionEvent.Welcomed(),
                        new AdoptionEvent.OffersEnded(3),
                        new AdoptionEvent.CommitSent(),
                        new AdoptionEvent.RollbackWanted("test"),
                        new AdoptionEvent.Returned(),
                        new AdoptionEvent.ChannelLost("test"))
                .list()
                .ofMaxSize(20);
    }

    @Property
    void whatIsCommittedIsNeverUndone(@ForAll("histories") List<AdoptionEvent> history) {
        AdoptionState state = new Unasked();
        boolean committed = false;
        for (AdoptionEvent event : history) {
            state = AdoptionStates.next(state, event).orElse(state);
            committed |= state instanceof Committed;
            if (committed) {
                assertThat(state).isInstanceOfAny(Committed.class, Alone.class);
            }
        }
    }

    @Property
    void whatIsUndoneNeverServes(@ForAll("histories") List<AdoptionEvent> history) {
        AdoptionState state = new Unasked();
        boolean undone = false;
        for (AdoptionEvent event : history) {
            state = AdoptionStates.next(state, event).orElse(state);
            undone |= state instanceof Returning || state instanceof Undone;
            if (undone) {
                assertThat(state).isInstanceOfAny(Returning.class, Undone.class);
            }
        }
    }

    @Example
    void aChannelCanBeLostInEveryStateThatHasOne() {
        AdoptionEvent lost = new AdoptionEvent.ChannelLost("test");
        for (AdoptionState state :
                List.of(new Unasked(), new Greeting(), new Adopting(), new Gathered(), new Committed())) {
            assertThat(AdoptionStates.next(state, lost)).as("%s", state).contains(new Alone("test"));
        }
        assertThat(AdoptionStates.next(new Returning("why"), lost)).contains(new Undone("why"));
    }

    @Example
    void aRollbackIsPossibleUntilTheCommit() {
        AdoptionEvent wanted = new AdoptionEvent.RollbackWanted("by hand");
        assertThat(AdoptionStates.next(new Unasked(), wanted)).contains(new Undone("by hand"));
        assertThat(AdoptionStates.next(new Greeting(), wanted)).contains(new Undone("by hand"));
        assertThat(AdoptionStates.next(new Adopting(), wanted)).contains(new Returning("by hand"));
        assertThat(AdoptionStates.next(new Gathered(), wanted)).contains(new Returning("by hand"));
        assertThat(AdoptionStates.next(new Committed(), wanted)).isEmpty();
    }
}
