package io.baton.http;

import java.time.Duration;
import java.util.Optional;

/**
 * What an {@link HttpRehearsal} did.
 *
 * @param connections that it opened
 * @param requests that were answered as expected
 * @param moves how often one of them went to the other proxy, or came back
 * @param failure why it ended early; empty when its time was up
 */
public record HttpRehearsalResult(
        int connections, long requests, long moves, Duration duration, Optional<String> failure) {}
