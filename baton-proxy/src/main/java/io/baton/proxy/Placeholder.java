package io.baton.proxy;

/** Stands until the first class does. */
final class Placeholder {
    private Placeholder() {}
}
