package io.baton.bench;

import java.net.InetSocketAddress;
import java.time.Duration;

/** Load that is not counted, so that what is measured later is not cold code: ours, or that of a proxy's first start. */
final class WarmUp {
    /** In a closed loop, so that a busy machine gets slower and not overrun. */
    private static final int CLIENTS = 8;

    private WarmUp() {}

    /**
     * Takes about as long as told.
     *
     * @param http where an {@link HttpOrigin} answers, by itself or through a proxy
     * @throws BenchException when already this is not clean: then nothing measured here would mean anything
     */
    static void run(InetSocketAddress http, Duration time) throws BenchException {
        try (HttpLoad fresh = HttpLoad.start(HttpPlan.newConnections(http, 0).withConnections(CLIENTS));
                HttpLoad kept = HttpLoad.start(HttpPlan.kept(http, CLIENTS, 0))) {
            sleep(time);
            Failures failures = fresh.stop().plus(kept.stop()).failures();
            if (failures.total() > 0) {
                throw new BenchException("the warm-up of %s failed already; is this machine overloaded?%n%s"
                        .formatted(Loopback.text(http), failures));
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
