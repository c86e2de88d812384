package io.baton.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Baton, driven by its commands. */
record BatonPeer(@Nullable Distribution distribution, String whyNot) implements Peer {
    private static final Duration DRAIN = Duration.ofSeconds(15);

    static BatonPeer find() {
        try {
            return new BatonPeer(Distribution.find(), "");
        } catch (BenchException e) {
            return new BatonPeer(null, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public String name() {
        return "baton";
    }

    @Override
    public Optional<String> missing() {
        return distribution == null ? Optional.of(whyNot) : Optional.empty();
    }

    @Override
    public String version() {
        if (distribution == null) {
            return "absent";
        }
        return Versions.firstLine(List.of(distribution.launcher().toString(), "version"));
    }

    @Override
    public RunningPeer start(List<Route> routes, Scene scene) throws BenchException {
        if (distribution == null) {
            throw new BenchException(whyNot);
        }
        Path directory = scene.subdirectory("baton");
        Path config = scene.write(directory.resolve("baton.yaml"), BatonConfigFile.text(routes, DRAIN));
        BatonProcess baton = BatonProcess.start(distribution, directory, config, scene);
        return new RunningPeer() {
            @Override
            public Set<Long> pids() {
                // The supervisor moves no bytes, but it is part of what Baton costs.
                return Stream.concat(Stream.of(baton.supervisorPid()), baton.generationPids().stream())
                        .collect(Collectors.toSet());
            }

            @Override
            public Restart restart() throws BenchException {
                return baton.upgrade(_ -> {});
            }

            @Override
            public void close() {
                baton.close();
            }
        };
    }
}
