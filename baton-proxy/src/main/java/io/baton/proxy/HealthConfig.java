package io.baton.proxy;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * How the endpoints of a cluster are asked whether they are well.
 *
 * @param interval from the end of one check to the begin of the next, up to a tenth more or less
 * @param timeout of one check
 * @param healthy checks in a row that must succeed before an endpoint that was unhealthy is used again
 * @param unhealthy checks in a row that must fail before an endpoint is not used any more
 */
public record HealthConfig(Check check, Duration interval, Duration timeout, int healthy, int unhealthy) {
    static final Duration MIN_INTERVAL = Duration.ofMillis(50);
    static final Duration MAX_INTERVAL = Duration.ofHours(1);
    static final Duration MIN_TIMEOUT = Duration.ofMillis(1);
    static final Duration MAX_TIMEOUT = Duration.ofMinutes(1);
    static final int MAX_THRESHOLD = 100;

    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(5);
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(2);

    /** HAProxy's rise and fall. */
    public static final int DEFAULT_HEALTHY = 2;

    public static final int DEFAULT_UNHEALTHY = 3;

    public HealthConfig {
        requireNonNull(check, "check is null");
        BatonConfig.requireWithin(interval, MIN_INTERVAL, MAX_INTERVAL, "a check's interval");
        BatonConfig.requireWithin(timeout, MIN_TIMEOUT, MAX_TIMEOUT, "a check's timeout");
        BatonConfig.requireWithin(healthy, 1, MAX_THRESHOLD, "healthy checks");
        BatonConfig.requireWithin(unhealthy, 1, MAX_THRESHOLD, "unhealthy checks");
    }

    /** What is asked. */
    public sealed interface Check {

        /** Accepts a connection. */
        record Tcp() implements Check {}

        /**
         * Answers a GET with a status from {@code lowest} to {@code highest}.
         *
         * @param host for the Host header; when empty, the endpoint as the config has it
         */
        record Http(String path, Optional<String> host, int lowest, int highest) implements Check {
            /** HAProxy's and the kubelet's idea of well: success or a redirection. */
            static final int DEFAULT_LOWEST = 200;

            static final int DEFAULT_HIGHEST = 399;

            public Http {
                requireNonNull(host, "host is null");
                BatonConfig.require(isTarget(path), "a path that begins with /");
                BatonConfig.require(
                        lowest >= 100 && highest <= 599 && lowest <= highest, "a range of status from 100 to 599");
            }

            /** A path, perhaps with a query. */
            static boolean isTarget(String path) {
                return path.startsWith("/")
                        && path.length() <= RouteConfig.PathMatch.MAX_LENGTH
                        && path.matches("[\\x21-\\x7e&&[^#]]+");
            }
        }
    }
}
