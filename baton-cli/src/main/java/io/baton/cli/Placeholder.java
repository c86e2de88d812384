package io.baton.cli;

/** Stands until the first class does. */
final class Placeholder {
    private Placeholder() {}
}
