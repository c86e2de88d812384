package io.baton;

/** How a draining process asks its clients to leave; Envoy's {@code --drain-strategy}. */
public enum DrainStrategy {
    /** The chance that a response closes its connection grows with the share of the drain time that has passed. */
    GRADUAL,
    /** Every response closes its connection from the start. */
    IMMEDIATE
}
