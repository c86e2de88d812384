package io.baton;

import io.baton.AdoptionEvent.ChannelLost;
import io.baton.AdoptionEvent.ChannelPassed;
import io.baton.AdoptionEvent.CommitSent;
import io.baton.AdoptionEvent.OffersEnded;
import io.baton.AdoptionEvent.Returned;
import io.baton.AdoptionEvent.RollbackWanted;
import io.baton.AdoptionEvent.Welcomed;
import io.baton.AdoptionState.Adopting;
import io.baton.AdoptionState.Alone;
import io.baton.AdoptionState.Committed;
import io.baton.AdoptionState.Gathered;
import io.baton.AdoptionState.Greeting;
import io.baton.AdoptionState.Returning;
import io.baton.AdoptionState.Unasked;
import io.baton.AdoptionState.Undone;
import java.util.Optional;

/** The child's table of transitions, and the only one. */
final class AdoptionStates {
    private AdoptionStates() {}

    /** The state after {@code event}; empty when it is refused, as a rollback that comes after the commit. */
    static Optional<AdoptionState> next(AdoptionState state, AdoptionEvent event) {
        return Optional.ofNullable(
                switch (state) {
                    case Unasked() when event instanceof ChannelPassed() -> new Greeting();
                    case Unasked() when event instanceof RollbackWanted(String why) -> new Undone(why);
                    case Unasked() when event instanceof ChannelLost(String why) -> new Alone(why);
                    case Greeting() when event instanceof Welcomed() -> new Adopting();
                    case Greeting() when event instanceof RollbackWanted(String why) -> new Undone(why);
                    case Greeting() when event instanceof ChannelLost(String why) -> new Alone(why);
                    case Adopting() when event instanceof OffersEnded -> new Gathered();
                    case Adopting() when event instanceof RollbackWanted(String why) -> new Returning(why);
                    case Adopting() when event instanceof ChannelLost(String why) -> new Alone(why);
                    case Gathered() when event instanceof CommitSent() -> new Committed();
                    case Gathered() when event instanceof RollbackWanted(String why) -> new Returning(why);
                    case Gathered() when event instanceof ChannelLost(String why) -> new Alone(why);
                    case Committed() when event instanceof ChannelLost(String why) -> new Alone(why);
                    case Returning(String why) when event instanceof Returned() -> new Undone(why);
                    // What could not go back is cut at our end: we have stopped accepting, and the parent serves.
                    case Returning(String why) when event instanceof ChannelLost -> new Undone(why);
                    case Unasked(), Greeting(), Adopting(), Gathered(), Committed() -> null;
                    case Returning _, Undone _, Alone _ -> null;
                });
    }

    /** Whether a rollback is still possible. */
    static boolean canBeUndone(AdoptionState state) {
        return switch (state) {
            case Unasked _, Greeting _, Adopting _, Gathered _, Returning _ -> true;
            case Committed _, Undone _, Alone _ -> false;
        };
    }

    /** Whether offers are accepted. One that comes while returning is not answered, so not taken: the parent resumes it when it reads Rollback. */
    static boolean takesOffers(AdoptionState state) {
        return switch (state) {
            case Adopting _, Gathered _, Committed _ -> true;
            case Unasked _, Greeting _, Returning _, Undone _, Alone _ -> false;
        };
    }
}
