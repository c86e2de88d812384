package io.baton.testkit;

/** Stands until the first class does. */
final class Placeholder {
    private Placeholder() {}
}
