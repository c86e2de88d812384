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
 * @param retirement when a kept connection is closed by the client
 * @param answer what the origin is asked for
 * @param timeout a request is a failure when it finds no connection for so long, is so long in connecting, or so long without
 *     its whole answer. Latency counts from when it was due all the same
 */
public record HttpPlan(
        InetSocketAddress target,
        boolean kept,
        int ratePerSecond,
        int connections,
        Retirement retirement,
        Answer answer,
        Duration timeout) {
    static final int MAX_RATE = 200_000;
    static final int MAX_CONNECTIONS = 10_000;
    static final int DEFAULT_ANSWER_BYTES = 64;
    private static final Answer SMALL = new Answer(DEFAULT_ANSWER_BYTES, Duration.ZERO);

    /** Long: that a machine is slow shows as latency, not as a loss. */
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    /**
     * A kept connection is closed, idle, after about so many requests, or about this long, as browsers do: each draws 50 to 100 % of it,
     * so that they do not all go at once.
     */
    public record Retirement(int requests, Duration lifetime) {
        public Retirement {
            requireNonNull(lifetime, "connectionLifetime is null");
            check(requests > 0, "requestsPerConnection", requests, "at least 1");
            check(lifetime.isPositive(), "connectionLifetime", lifetime, "more than 0");
        }
    }

    /**
     * An answer.
     *
     * @param bytes length of its body, at most 1 MiB
     * @param delay how long the origin is to think
     */
    public record Answer(int bytes, Duration delay) {
        public Answer {
            requireNonNull(delay, "answerDelay is null");
            check(bytes >= 0 && bytes <= HttpOrigin.MAX_BYTES, "answerBytes", bytes, "at most 1 MiB");
            check(!delay.isNegative(), "answerDelay", delay, "0 or more");
        }
    }

    public HttpPlan {
        requireNonNull(target, "target is null");
        requireNonNull(retirement, "retirement is null");
        requireNonNull(answer, "answer is null");
        requireNonNull(timeout, "timeout is null");
        check(ratePerSecond >= 0 && ratePerSecond <= MAX_RATE, "ratePerSecond", ratePerSecond, "0 to " + MAX_RATE);
        check(connections > 0 && connections <= MAX_CONNECTIONS, "connections", connections, "1 to " + MAX_CONNECTIONS);
        check(timeout.isPositive(), "timeout", timeout, "more than 0");
    }

    /** A new connection for each request, at a fixed rate. */
    public static HttpPlan newConnections(InetSocketAddress target, int ratePerSecond) {
        Retirement atOnce = new Retirement(1, Duration.ofDays(1));
        return new HttpPlan(target, false, ratePerSecond, 2_000, atOnce, SMALL, DEFAULT_TIMEOUT);
    }

    /** Keep-alive connections that retire after about 100 requests or 2 s, at a fixed rate over all of them. */
    public static HttpPlan kept(InetSocketAddress target, int connections, int ratePerSecond) {
        Retirement soon = new Retirement(100, Duration.ofSeconds(2));
        return new HttpPlan(target, true, ratePerSecond, connections, soon, SMALL, DEFAULT_TIMEOUT);
    }

    public HttpPlan withRatePerSecond(int ratePerSecond) {
        return new HttpPlan(target, kept, ratePerSecond, connections, retirement, answer, timeout);
    }

    public HttpPlan withConnections(int connections) {
        return new HttpPlan(target, kept, ratePerSecond, connections, retirement, answer, timeout);
    }

    public HttpPlan withRetirement(int requestsPerConnection, Duration connectionLifetime) {
        Retirement other = new Retirement(requestsPerConnection, connectionLifetime);
        return new HttpPlan(target, kept, ratePerSecond, connections, other, answer, timeout);
    }

    public HttpPlan withAnswer(int answerBytes, Duration answerDelay) {
        Answer other = new Answer(answerBytes, answerDelay);
        return new HttpPlan(target, kept, ratePerSecond, connections, retirement, other, timeout);
    }

    public HttpPlan withTimeout(Duration timeout) {
        return new HttpPlan(target, kept, ratePerSecond, connections, retirement, answer, timeout);
    }

    /** The path of request {@code number}: the body must be {@code new Content(number)}, so no answer can pass for another. */
    String path(long number) {
        return "/bytes?n=" + answer.bytes() + "&seed=" + number
                + (answer.delay().isZero() ? "" : "&ms=" + answer.delay().toMillis());
    }

    private static void check(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("%s=%s, expected %s".formatted(name, value, expected));
        }
    }
}
