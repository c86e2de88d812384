package io.baton.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What the benches have in common. */
final class BenchOptions {
    @Option(
            names = "--out",
            defaultValue = "bench-results",
            description = "Directory for the results: Markdown, JSON, SVG (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("bench-results");

    @Option(
            names = "--peers",
            split = ",",
            defaultValue = "baton,haproxy,haproxy-splice,nginx",
            description = "Who takes part (default: ${DEFAULT-VALUE}; those that are not installed are left out).")
    private List<String> names = List.of();

    Path out() {
        return out;
    }

    /** Those that are asked for and there; whoever is missing is announced and noted in {@code remarks}. */
    List<Peer> peers(List<Peer> all, Progress progress, List<String> remarks) throws BenchException {
        for (String name : names) {
            if (List.of("baton", "haproxy", "haproxy-splice", "nginx").stream().noneMatch(name::equals)) {
                throw new BenchException(
                        "--peers: '%s', expected some of baton, haproxy, haproxy-splice, nginx".formatted(name));
            }
        }
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
