package io.baton.bench;

/** A running HTTP load, as of a moment ago. */
public record HttpProgress(long sent, long answered, long failed, int openConnections) {}
