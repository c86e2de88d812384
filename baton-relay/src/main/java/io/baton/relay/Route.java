package io.baton.relay;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What one loop knows of a listener.
 *
 * @param targets by their names, as far as they were needed; added to by the loop, read by any thread
 */
record Route(String listener, Routing routing, long idleNanos, LoopCounters counters, Map<String, Target> targets) {
    /** Of a connection not in use. */
    static final Route NONE =
            of(new RelayListener("none", List.of(), Collections::emptyIterator, Duration.ZERO, Duration.ofSeconds(1)));

    static Route of(RelayListener listener) {
        return new Route(
                listener.name(),
                listener.routing(),
                listener.idleTimeout().toNanos(),
                new LoopCounters(),
                new ConcurrentHashMap<>());
    }

    /** Loop thread only. */
    Target target(Destination destination) {
        return targets.computeIfAbsent(destination.name(), _ -> Target.of(destination));
    }

    /** Where a connection goes on that another process sent to the destination of this name. Loop thread only. */
    Target target(String name) {
        return switch (routing) {
            case Routing.Fixed(Destination destination) -> target(destination);
            case Routing.ByFirstBytes rule ->
                targets.computeIfAbsent(
                        name,
                        _ -> rule.router().destination(name).map(Target::of).orElseGet(() -> Target.gone(name)));
        };
    }

    /** Any thread. */
    ListenerNumbers numbers() {
        Map<String, DestinationNumbers> destinations = new HashMap<>();
        targets.forEach((name, target) -> destinations.put(name, target.numbers()));
        return counters.read(destinations);
    }
}
