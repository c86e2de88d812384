package io.baton.bench;

/**
 * What the reload bench does to each proxy.
 *
 * @param reloads restarts or reloads, one after the other
 * @param connections clients with a kept connection each, in a closed loop without think time
 * @param newConnections clients that connect anew for each request, likewise
 */
record ReloadPlan(int reloads, int connections, int newConnections) {
    ReloadPlan {
        check(reloads, "--reloads", 50);
        check(connections, "--connections", 1_000);
        check(newConnections, "--new-connections", 1_000);
    }

    private static void check(int value, String option, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException("%s %d: expected 1 to %d".formatted(option, value, most));
        }
    }
}
