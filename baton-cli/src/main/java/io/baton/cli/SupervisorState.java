package io.baton.cli;

import io.baton.RestartEpoch;

/**
 * What the supervisor is about. One process at most is being started, and one at most is what clients connect to; generations that
 * only drain are not part of this.
 *
 * <pre>
 * Starting --Ready--> Serving --Asked--> MakingRoom --Spawned--> Upgrading --Ready--> Serving (the child)
 *    |  ^                | ^                  |                    |   |
 *    |  |               Gone +---Abandoned----+   +--child Gone----+   | parent Gone
 *   Gone|                |   +--------------------+                    v
 *    v  |                v                                          Starting (the child goes on alone)
 *   BackingOff <---------+          and from everywhere: --Stop--> Stopping --Empty--> Stopped
 * </pre>
 */
sealed interface SupervisorState {

    /** A generation, as the state table knows it. */
    record Member(RestartEpoch epoch, long pid) {
        @Override
        public String toString() {
            return "generation %d (pid %d)".formatted(epoch.value(), pid);
        }
    }

    /** Nothing serves yet; {@code child} is to. */
    record Starting(Member child) implements SupervisorState {}

    record Serving(Member member) implements SupervisorState {}

    /** A hot restart is wanted; the config is being checked and the last generation but one must be gone first. */
    record MakingRoom(Member serving) implements SupervisorState {}

    record Upgrading(Member parent, Member child) implements SupervisorState {}

    /** Nothing serves, and a cold start is due. */
    record BackingOff() implements SupervisorState {}

    record Stopping() implements SupervisorState {}

    record Stopped() implements SupervisorState {}

    sealed interface Event {}

    /** A process was started. */
    record Spawned(Member child) implements Event {}

    /** It says that it serves. */
    record Ready(Member member) implements Event {}

    /** It has exited, or serves no longer although nothing took its place. */
    record Gone(Member member) implements Event {}

    /** A hot restart was asked for. */
    record Asked() implements Event {}

    /** The hot restart ends before its process was started. */
    record Abandoned() implements Event {}

    record Stop() implements Event {}

    /** The last process has exited. */
    record Empty() implements Event {}

    /**
     * The state after {@code event}.
     *
     * @throws IllegalStateException for an event that cannot happen in this state: a mistake of ours
     */
    default SupervisorState next(Event event) {
        return switch (event) {
            case Spawned(var child) ->
                switch (this) {
                    case BackingOff() -> new Starting(child);
                    case MakingRoom(var serving) -> new Upgrading(serving, child);
                    case Starting _, Serving _, Upgrading _, Stopping _, Stopped _ -> throw refuses(event);
                };
            case Ready(var member) ->
                switch (this) {
                    case Starting(var child) when child.equals(member) -> new Serving(child);
                    case Upgrading hot when hot.child().equals(member) -> new Serving(member);
                    case Stopping stopping -> stopping;
                    case Starting _, Serving _, MakingRoom _, Upgrading _, BackingOff _, Stopped _ ->
                        throw refuses(event);
                };
            case Gone(var member) ->
                switch (this) {
                    case Starting(var child) when child.equals(member) -> new BackingOff();
                    case Serving(var serving) when serving.equals(member) -> new BackingOff();
                    case MakingRoom(var serving) when serving.equals(member) -> new BackingOff();
                    case Upgrading(var parent, var child) when child.equals(member) -> new Serving(parent);
                    case Upgrading(var parent, var child) when parent.equals(member) -> new Starting(child);
                    // One that was only draining.
                    case Starting _, Serving _, MakingRoom _, Upgrading _, BackingOff _, Stopping _, Stopped _ -> this;
                };
            case Asked() ->
                switch (this) {
                    case Serving(var serving) -> new MakingRoom(serving);
                    case Starting _, MakingRoom _, Upgrading _, BackingOff _, Stopping _, Stopped _ ->
                        throw refuses(event);
                };
            case Abandoned() ->
                switch (this) {
                    case MakingRoom(var serving) -> new Serving(serving);
                    case Starting _, Serving _, Upgrading _, BackingOff _, Stopping _, Stopped _ ->
                        throw refuses(event);
                };
            case Stop() ->
                switch (this) {
                    case Stopped stopped -> stopped;
                    case Starting _, Serving _, MakingRoom _, Upgrading _, BackingOff _, Stopping _ -> new Stopping();
                };
            case Empty() ->
                switch (this) {
                    case Stopping _, Stopped _ -> new Stopped();
                    case Starting _, Serving _, MakingRoom _, Upgrading _, BackingOff _ -> throw refuses(event);
                };
        };
    }

    private IllegalStateException refuses(Event event) {
        return new IllegalStateException("%s does not accept %s".formatted(this, event));
    }
}
