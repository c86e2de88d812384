package io.baton.bench;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The wrk load generator: one thread, 64 connections, as fast as answers come. */
final class Wrk {
    /**
     * What it measured.
     *
     * @param errors answers that failed or were not 2xx
     */
    record Measured(double requestsPerSecond, long requests, double p50Micros, double p99Micros, long errors) {}

    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern TOTAL = Pattern.compile("(\\d+) requests in ");
    private static final Pattern PERCENTILE = Pattern.compile("\\s(50|99)%\\s+([0-9.]+)(us|ms|s)");
    private static final Pattern SOCKET_ERRORS =
            Pattern.compile("Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)");
    private static final Pattern NOT_2XX = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");

    private Wrk() {}

    static Optional<String> missing() {
        return Versions.onPath("wrk").isEmpty()
                ? Optional.of("there is no wrk on PATH (Debian: package wrk)")
                : Optional.empty();
    }

    static Measured run(InetSocketAddress address, boolean tls, int seconds) throws BenchException {
        Command.Result result = Command.run(
                List.of(
                        "wrk",
                        "-t1",
                        "-c64",
                        "-d" + seconds + "s",
                        "--latency",
                        (tls ? "https://" : "http://") + Loopback.text(address) + "/"),
                Duration.ofSeconds(seconds + 15L));
        if (result.exitCode() != 0) {
            throw new BenchException("wrk failed: " + result.text());
        }
        return parse(result.text());
    }

    static Measured parse(String text) throws BenchException {
        double p50 = 0;
        double p99 = 0;
        Matcher percentile = PERCENTILE.matcher(text);
        while (percentile.find()) {
            double micros = Double.parseDouble(percentile.group(2)) * unitMicros(percentile.group(3));
            if (percentile.group(1).equals("50")) {
                p50 = micros;
            } else {
                p99 = micros;
            }
        }
        Matcher rate = RATE.matcher(text);
        Matcher total = TOTAL.matcher(text);
        if (!rate.find() || !total.find()) {
            throw new BenchException("cannot read what wrk says: " + text);
        }
        return new Measured(Double.parseDouble(rate.group(1)), Long.parseLong(total.group(1)), p50, p99, errors(text));
    }

    private static long errors(String text) {
        long errors = 0;
        Matcher sockets = SOCKET_ERRORS.matcher(text);
        if (sockets.find()) {
            for (int group = 1; group <= 4; group++) {
                errors += Long.parseLong(sockets.group(group));
            }
        }
        Matcher statuses = NOT_2XX.matcher(text);
        return statuses.find() ? errors + Long.parseLong(statuses.group(1)) : errors;
    }

    private static double unitMicros(String unit) {
        return switch (unit.toLowerCase(Locale.ROOT)) {
            case "us" -> 1;
            case "ms" -> 1_000;
            default -> 1_000_000;
        };
    }
}
