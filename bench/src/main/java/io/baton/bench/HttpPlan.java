package io.baton.bench;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * What an {@link HttpLoad} sends.
 *
 * @param target where to; behind it must be an {@link HttpOrigin}, whose every answer can be checked byte by byte
 * @param kept whether connections are used for many requests; otherwise every request opens its own
 * @param ratePerSecond requests per second, sent when they are due whether or not earlier ones were answered (open loop);
 *     0 = closed loop: {@code connections} clients, each sending as soon as it has its answer
 * @param connections kept: how many; not kept: the most that may be open at once
 * @param requestsPerConnection a kept connection is closed by the client, idle, after about so many requests ...
 * @param connectionLifetime ... or about this long, as browsers do (each draws 50 to 100 % of it, so that they do not all go at once)
 * @param answerBytes length of each answer's body, at most 1 MiB
 * @param answerDelay how long the origin is to think
 * @param timeout a request is a failure when it finds no connection for so long, is so long in connecting, or so long without
 *     its whole answer. Latency counts from when it was due all the same
 */
public record HttpPlan(
        InetSocketAddress target,
        boolean kept,
        int ratePerSecond,
        int connections,
        int requestsPerConnection,
        Duration connectionLifetime,
        int answerBytes,
        Duration answerDelay,
        Duration timeout) {
    static final int MAX_RATE = 200_000;
    static final int MAX_CONNECTIONS = 10_000;
    static final int DEFAULT_ANSWER_BYTES = 64;
    /** Long: that a machine is slow shows as latency, not as a loss. */
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    public HttpPlan {
        requireNonNull(target, "target is null");
        requireNonNull(connectionLifetime, "connectionLifetime is null");
        requireNonNull(answerDelay, "answerDelay is null");
        requireNonNull(timeout, "timeout is null");
        check(ratePerSecond >= 0 && ratePerSecond <= MAX_RATE, "ratePerSecond", ratePerSecond, "0 to " + MAX_RATE);
        check(connections > 0 && connections <= MAX_CONNECTIONS, "connections", connections, "1 to " + MAX_CONNECTIONS);
        check(requestsPerConnection > 0, "requestsPerConnection", requestsPerConnection, "at least 1");
        check(connectionLifetime.isPositive(), "connectionLifetime", connectionLifetime, "more than 0");
        check(answerBytes >= 0 && answerBytes <= HttpOrigin.MAX_BYTES, "answerBytes", answerBytes, "at most 1 MiB");
        check(!answerDelay.isNegative(), "answerDelay", answerDelay, "0 or more");
        check(timeout.isPositive(), "timeout", timeout, "more than 0");
    }

    /** A new connection for each request, at a fixed rate. */
    public static HttpPlan newConnections(InetSocketAddress target, int ratePerSecond) {
        return new HttpPlan(
                target,
                false,
                ratePerSecond,
                2_000,
                1,
                Duration.ofDays(1),
                DEFAULT_ANSWER_BYTES,
                Duration.ZERO,
                DEFAULT_TIMEOUT);
    }

    /** Keep-alive connections that retire after about 100 requests or 2 s, at a fixed rate over all of them. */
    public static HttpPlan kept(InetSocketAddress target, int connections, int ratePerSecond) {
        return new HttpPlan(
                target,
                true,
                ratePerSecond,
                connections,
                100,
                Duration.ofSeconds(2),
                DEFAULT_ANSWER_BYTES,
                Duration.ZERO,
                DEFAULT_TIMEOUT);
    }

    public HttpPlan withRatePerSecond(int ratePerSecond) {
        return new HttpPlan(
                target,
                kept,
                ratePerSecond,
                connections,
                requestsPerConnection,
                connectionLifetime,
                answerBytes,
                answerDelay,
                timeout);
    }

    public HttpPlan withConnections(int connections) {
        return new HttpPlan(
                target,
                kept,
                ratePerSecond,
                connections,
                requestsPerConnection,
                connectionLifetime,
                answerBytes,
                answerDelay,
                timeout);
    }

    public HttpPlan withRetirement(int requestsPerConnection, Duration connectionLifetime) {
        return new HttpPlan(
                target,
                kept,
                ratePerSecond,
                connections,
                requestsPerConnection,
                connectionLifetime,
                answerBytes,
                answerDelay,
                timeout);
    }

    public HttpPlan withAnswer(int answerBytes, Duration answerDelay) {
        return new HttpPlan(
                target,
                kept,
                ratePerSecond,
                connections,
                requestsPerConnection,
                connectionLifetime,
                answerBytes,
                answerDelay,
                timeout);
    }

    public HttpPlan withTimeout(Duration timeout) {
        return new HttpPlan(
                target,
                kept,
                ratePerSecond,
                connections,
                requestsPerConnection,
                connectionLifetime,
                answerBytes,
                answerDelay,
                timeout);
    }

    /** The path of request {@code number}: the body must be {@code new Content(number)}, so no answer can pass for another. */
    String path(long number) {
        return "/bytes?n=" + answerBytes + "&seed=" + number
                + (answerDelay.isZero() ? "" : "&ms=" + answerDelay.toMillis());
    }

    private static void check(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("%s=%s, expected %s".formatted(name, value, expected));
        }
    }
}
