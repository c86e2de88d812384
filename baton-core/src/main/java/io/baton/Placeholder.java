package io.baton;

/** Stands until the first class does. */
final class Placeholder {
    private Placeholder() {}
}
