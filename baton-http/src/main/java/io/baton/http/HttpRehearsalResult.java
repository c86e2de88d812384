package io.baton.http;

import java.time.Duration;
import java.util.Optional;

/**
 * What an {@link HttpRehearsal} did.
 *
 * @param connections that it opened
 * @param requests that were answered as expected
 * @param failure why it ended early; empty when its time was up
 */
public record HttpRehearsalResult(int connections, long requests, Duration duration, Optional<String> failure) {}
