package io.baton.admin;

/** Stands until the first class does. */
final class Placeholder {
    private Placeholder() {}
}
