package io.baton;

/** How far a handover to a child that an operator leads step by step may go now. */
public enum HandoverPace {
    /** Both accept; every connection stays where it is. */
    HOLD,
    /** Connections go to the child as soon as they can; it does not commit, so all of them can come back. */
    MOVE,
    /** All the way. */
    COMMIT
}
