package io.baton.proxy;

import java.time.Duration;
import java.util.Optional;

/**
 * What one data path did before it was needed.
 *
 * @param path {@code tcp} or {@code http}
 * @param messages that came back, or requests that were answered
 * @param failure why it ended early
 */
public record Rehearsed(String path, int connections, long messages, Duration duration, Optional<String> failure) {}
