package io.baton;

/** What a child makes of its parent's value of a gauge. */
public enum ImportMode {
    /** The gauge shows own plus parent's value while the parent lives: connections, for example. */
    ACCUMULATE,
    /** The gauge shows the own value only. */
    NEVER_IMPORT
}
