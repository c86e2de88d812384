package io.baton.cli;

import io.baton.cli.ExecEvent.Committed;
import io.baton.cli.ExecEvent.Ended;
import io.baton.cli.ExecEvent.Leave;
import io.baton.cli.ExecEvent.Returning;
import io.baton.cli.ExecEvent.StandBy;
import io.baton.cli.ExecEvent.Started;
import io.baton.cli.ExecEvent.TakeBack;
import io.baton.cli.ExecEvent.Upgrade;
import io.baton.cli.ExecState.Leaving;
import io.baton.cli.ExecState.Paused;
import io.baton.cli.ExecState.Serving;
import io.baton.cli.ExecState.StandingBy;
import io.baton.cli.ExecState.Upgrading;

/** The table of transitions, and the only one. */
final class ExecStates {
    private ExecStates() {}

    enum Action {
        NOTHING,
        /** Start the next process. */
        START,
        /** Read the config, and start the next process with it; it takes over by itself. */
        RELOAD,
        PAUSE,
        ACCEPT,
        /** Stop accepting, and let connections go to the child. */
        GIVE,
        /** Accept, and let no further connection go. */
        KEEP,
        /** Have the child take everything, for good. */
        COMMIT,
        /** End when the last connection has left. */
        DRAIN,
        /** Go on without the child. */
        ALONE,
        /** The same, and accept. */
        ALONE_ACCEPT,
        /** The same, and end when the last connection has left. */
        ALONE_DRAIN,
        /** Say why the event changes nothing. */
        REFUSE
    }

    record Step(ExecState next, Action action, String why) {
        private static Step to(ExecState next, Action action) {
            return new Step(next, action, "");
        }

        private static Step refused(ExecState now, String why) {
            return new Step(now, Action.REFUSE, why);
        }
    }

    static Step next(ExecState state, ExecEvent event) {
        return switch (state) {
            case Serving now -> fromServing(now, event);
            case Paused now -> fromPaused(now, event);
            case Upgrading now -> fromUpgrading(now, event);
            case StandingBy now -> fromStandingBy(now, event);
            case Leaving now -> fromLeaving(now, event);
        };
    }

    private static Step fromServing(Serving now, ExecEvent event) {
        return switch (event) {
            case Upgrade() -> Step.to(now, Action.START);
            case TakeBack() -> Step.to(now, Action.RELOAD);
            case StandBy() -> Step.to(new Paused(), Action.PAUSE);
            case Leave() -> Step.to(new Leaving(), Action.DRAIN);
            case Started(long child, boolean manual) -> Step.to(new Upgrading(child, manual), Action.NOTHING);
            case Committed() ->
                Step.to(new Leaving(), Action.NOTHING); // one that was given up on came through after all
            case Returning(), Ended _ -> Step.to(now, Action.NOTHING);
        };
    }

    private static Step fromPaused(Paused now, ExecEvent event) {
        return switch (event) {
            case TakeBack() -> Step.to(new Serving(), Action.ACCEPT);
            case Leave() -> Step.to(new Leaving(), Action.DRAIN);
            case Upgrade() -> Step.refused(now, "nothing is accepted since WINCH; HUP first");
            case StandBy() -> Step.refused(now, "nothing is accepted already");
            case Started _, Committed(), Returning(), Ended _ -> Step.to(now, Action.NOTHING);
        };
    }

    private static Step fromUpgrading(Upgrading now, ExecEvent event) {
        return switch (event) {
            case StandBy() when now.manual() -> Step.to(new StandingBy(now.child()), Action.GIVE);
            case StandBy() -> Step.refused(now, "the handover to process %d goes on by itself".formatted(now.child()));
            case TakeBack() ->
                Step.refused(now, "this process accepts; QUIT process %d to be without it".formatted(now.child()));
            case Upgrade() -> Step.refused(now, "process %d is taking over already".formatted(now.child()));
            case Leave() -> Step.to(new Leaving(), Action.COMMIT);
            case Committed() -> Step.to(new Leaving(), Action.NOTHING);
            case Ended(long child, String _) when child == now.child() -> Step.to(new Serving(), Action.ALONE);
            case Started _, Returning(), Ended _ -> Step.to(now, Action.NOTHING);
        };
    }

    private static Step fromStandingBy(StandingBy now, ExecEvent event) {
        return switch (event) {
            case TakeBack(), Returning() -> Step.to(new Upgrading(now.child(), true), Action.KEEP);
            case Leave() -> Step.to(new Leaving(), Action.COMMIT);
            case Committed() -> Step.to(new Leaving(), Action.NOTHING);
            case Ended(long child, String _) when child == now.child() -> Step.to(new Serving(), Action.ALONE_ACCEPT);
            case StandBy() -> Step.refused(now, "nothing is accepted already");
            case Upgrade() -> Step.refused(now, "process %d is taking over already".formatted(now.child()));
            case Started _, Ended _ -> Step.to(now, Action.NOTHING);
        };
    }

    private static Step fromLeaving(Leaving now, ExecEvent event) {
        return switch (event) {
            case Ended _ -> Step.to(now, Action.ALONE_DRAIN);
            case Upgrade(), StandBy(), TakeBack(), Leave() -> Step.refused(now, "this process is about to end");
            case Started _, Committed(), Returning() -> Step.to(now, Action.NOTHING);
        };
    }
}
