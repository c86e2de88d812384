package io.baton.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the benches have in common. */
final class BenchOptions {
    private static final List<String> KNOWN =
            List.of("baton", "haproxy", "haproxy-splice", "haproxy-idle-close", "nginx");

    @Option(
            names = "--out",
            defaultValue = "bench-results",
            description = "Directory for the results: Markdown, JSON, SVG (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("bench-results");

    private List<String> names = KNOWN;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--peers",
            split = ",",
            defaultValue = "baton,haproxy,haproxy-splice,haproxy-idle-close,nginx",
            description = "Who takes part (default: ${DEFAULT-VALUE}; those that are not installed are left out,"
                    + " and haproxy's variants take part where they differ).")
    void setPeers(List<String> peers) {
        for (String name : peers) {
            if (!KNOWN.contains(name)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--peers: '%s', expected some of %s".formatted(name, String.join(", ", KNOWN)));
            }
        }
        names = List.copyOf(peers);
    }

    Path out() {
        return out;
    }

    /** Those that are asked for and there; whoever is missing is announced and noted in {@code remarks}. */
    List<Peer> peers(List<Peer> all, Progress progress, List<String> remarks) {
        List<Peer> present = new ArrayList<>();
        for (Peer peer : all) {
            Optional<String> missing = peer.missing();
            if (!(peer instanceof Direct) && !names.contains(peer.name())) {
                continue;
            }
            if (missing.isPresent()) {
                String remark = "LEFT OUT: %s: %s".formatted(peer.name(), missing.get());
                progress.event(remark);
                remarks.add(remark);
            } else {
                present.add(peer);
            }
        }
        return present;
    }
}
