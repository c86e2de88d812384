package io.baton.envoy;

import io.baton.proxy.ConfigException;
import io.baton.proxy.HealthConfig;
import io.baton.proxy.HealthConfig.Check;
import io.baton.proxy.RouteConfig;
import io.baton.proxy.Words;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.type.v3.Int64Range;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads {@code health_checks} of a cluster. */
final class HealthReader {
    private static final Fields CHECK = Fields.of(
            HealthCheck.getDescriptor(),
            "timeout",
            "interval",
            "unhealthy_threshold",
            "healthy_threshold",
            "http_health_check",
            "tcp_health_check");
    private static final Fields HTTP =
            Fields.of(HealthCheck.HttpHealthCheck.getDescriptor(), "host", "path", "expected_statuses", "method");
    private static final Fields TCP = Fields.of(HealthCheck.TcpHealthCheck.getDescriptor());
    private static final Fields RANGE = Fields.of(Int64Range.getDescriptor(), "start", "end");

    private static final Duration MIN_INTERVAL = Duration.ofMillis(50);
    private static final Duration MAX_INTERVAL = Duration.ofHours(1);
    private static final Duration MIN_TIMEOUT = Duration.ofMillis(1);
    private static final Duration MAX_TIMEOUT = Duration.ofMinutes(1);
    private static final int MAX_THRESHOLD = 100;
    private static final int OK = 200;

    private HealthReader() {}

    /** @param cluster whose name is sent as the Host of a check that has none */
    static Optional<HealthConfig> read(Part clusterPart, String cluster) throws ConfigException {
        List<Part> checks = clusterPart.list("health_checks", CHECK, 1);
        if (checks.isEmpty()) {
            return Optional.empty();
        }
        Part check = checks.getFirst();
        return Optional.of(new HealthConfig(
                what(check, cluster),
                required(check, "interval", MIN_INTERVAL, MAX_INTERVAL),
                required(check, "timeout", MIN_TIMEOUT, MAX_TIMEOUT),
                threshold(check, "healthy_threshold"),
                threshold(check, "unhealthy_threshold")));
    }

    private static Duration required(Part check, String name, Duration least, Duration most) throws ConfigException {
        return Times.find(check, name, least, most)
                .orElseThrow(() -> check.problem("no %s, expected a duration".formatted(name)));
    }

    private static int threshold(Part check, String name) throws ConfigException {
        return check.number(name, 1, MAX_THRESHOLD)
                .orElseThrow(() -> check.problem("no %s, expected 1 to %d".formatted(name, MAX_THRESHOLD)));
    }

    private static Check what(Part check, String cluster) throws ConfigException {
        Optional<Part> http = check.find("http_health_check", HTTP);
        if (http.isPresent()) {
            return http(http.get(), cluster);
        }
        check.get("tcp_health_check", TCP, "http_health_check or tcp_health_check");
        return new Check.Tcp();
    }

    private static Check http(Part http, String cluster) throws ConfigException {
        String method = http.choice("method");
        if (!method.equals("METHOD_UNSPECIFIED") && !method.equals("GET")) {
            throw http.problem("method", "%s is not supported, expected GET".formatted(method));
        }
        String path = http.text("path");
        if (!path.matches("/[\\x21-\\x7e&&[^#]]{0,2047}")) {
            throw http.problem("path", "%s, expected a path such as /healthz".formatted(Words.quote(path)));
        }
        String host = http.text("host").isEmpty() ? cluster : http.text("host");
        if (!RouteConfig.isHost(host.toLowerCase(Locale.ROOT).replaceFirst(":[0-9]{1,5}$", ""))) {
            throw http.problem(
                    "host", "%s, expected a host such as example.com or example.com:8080".formatted(Words.quote(host)));
        }
        List<Part> ranges = http.list("expected_statuses", RANGE, 1);
        if (ranges.isEmpty()) {
            return new Check.Http(path, Optional.of(host), OK, OK);
        }
        long start = ranges.getFirst().bigNumber("start");
        long end = ranges.getFirst().bigNumber("end");
        if (start < 100 || end > 600 || start >= end) {
            throw ranges.getFirst()
                    .problem("from %d to before %d, expected a range from 100 to before 600".formatted(start, end));
        }
        return new Check.Http(path, Optional.of(host), (int) start, (int) end - 1);
    }
}
