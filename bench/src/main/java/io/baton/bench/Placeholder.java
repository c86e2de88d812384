package io.baton.bench;

/** Stands until the first class does. */
final class Placeholder {
    private Placeholder() {}
}
