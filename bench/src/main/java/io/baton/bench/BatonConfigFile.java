package io.baton.bench;

import java.time.Duration;
import java.util.List;

/** The config that a user would write for our routes. */
final class BatonConfigFile {
    private BatonConfigFile() {}

    static String text(List<Route> routes, Duration drain) {
        return text(routes, drain, "");
    }

    /** @param handover further keys of it, each after a comma */
    static String text(List<Route> routes, Duration drain, String handover) {
        StringBuilder yaml =
                new StringBuilder("admin: { address: %s }%nlisteners:%n".formatted(Loopback.text(Loopback.freePort())));
        for (Route route : routes) {
            String data = switch (route.protocol()) {
                case TCP -> "tcp: { cluster: %s }";
                case HTTP -> "http: { routes: [ { prefix: /, cluster: %s } ] }";
            };
            yaml.append("  - name: %s%n    address: %s%n    %s%n"
                    .formatted(route.name(), Loopback.text(route.listen()), data.formatted(route.name())));
            route.tls()
                    .ifPresent(tls -> yaml.append(
                            "    tls: { certificate: %s, key: %s }%n".formatted(tls.certificate(), tls.key())));
        }
        yaml.append("clusters:\n");
        for (Route route : routes) {
            yaml.append("  - { name: %s, endpoints: [ %s ] }%n".formatted(route.name(), Loopback.text(route.target())));
        }
        yaml.append("handover: { drain: %ds, parent_shutdown: %ds%s }%n"
                .formatted(drain.toSeconds(), drain.plusSeconds(5).toSeconds(), handover));
        return yaml.toString();
    }
}
