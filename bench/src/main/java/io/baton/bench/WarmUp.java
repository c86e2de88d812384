package io.baton.bench;

import java.net.InetSocketAddress;
import java.time.Duration;

/** Runs the load generator against the origins themselves, so that what is measured later is the proxy and not our own cold code. */
final class WarmUp {
    /** In a closed loop, so that a busy machine gets slower and not overrun. */
    private static final int CLIENTS = 8;

    private WarmUp() {}

    /**
     * Takes about as long as told.
     *
     * @throws BenchException when even the direct way is not clean: then nothing measured here would mean anything
     */
    static void run(InetSocketAddress http, Duration time) throws BenchException {
        try (HttpLoad fresh = HttpLoad.start(HttpPlan.newConnections(http, 0).withConnections(CLIENTS));
                HttpLoad kept = HttpLoad.start(HttpPlan.kept(http, CLIENTS, 0))) {
            sleep(time);
            Failures failures = fresh.stop().plus(kept.stop()).failures();
            if (failures.total() > 0) {
                throw new BenchException(
                        "the load fails already without a proxy between; is this machine overloaded?\n" + failures);
            }
        }
    }

    static void sleep(Duration time) throws BenchException {
        if (!time.isPositive()) {
            return;
        }
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        }
    }
}
