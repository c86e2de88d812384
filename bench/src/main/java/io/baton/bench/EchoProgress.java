package io.baton.bench;

/** A running echo load, as of a moment ago. */
public record EchoProgress(int openStreams, long failed, long bytesChecked, long worstPauseMicros) {}
