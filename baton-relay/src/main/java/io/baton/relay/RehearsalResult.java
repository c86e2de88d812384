package io.baton.relay;

import java.time.Duration;
import java.util.Optional;

/**
 * What a {@link Rehearsal} did.
 *
 * @param connections that it opened
 * @param messages that came back whole
 * @param bytes that came back, bulk included
 * @param moves of a connection from one relay to another
 * @param failure why it ended early; empty when it did all it was asked to, or its time was up
 */
public record RehearsalResult(
        int connections, long messages, long bytes, long moves, Duration duration, Optional<String> failure) {}
