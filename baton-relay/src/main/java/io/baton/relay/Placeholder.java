package io.baton.relay;

/** Stands until the first class does. */
final class Placeholder {
    private Placeholder() {}
}
