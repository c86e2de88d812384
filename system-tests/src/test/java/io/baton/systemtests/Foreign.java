package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Programs that nobody here wrote. One that is missing is said loudly, and what wants it is skipped. */
enum Foreign {
    CURL("curl", "curl"),
    OPENSSL("openssl", "openssl"),
    GNUTLS("gnutls-cli", "gnutls-bin"),
    CHROMIUM("chromium", "chromium"),
    WRK("wrk", "wrk"),
    H2LOAD("h2load", "nghttp2-client"),
    NGINX("nginx", "nginx"),
    HAPROXY("haproxy", "haproxy"),
    SYSTEMD_ANALYZE("systemd-analyze", "systemd"),
    UNSHARE("unshare", "util-linux"),
    PYTHON("python3", "python3"),
    SYSTEMD_SOCKET_ACTIVATE("systemd-socket-activate", "systemd"),
    REDIS_SERVER("redis-server", "redis-server"),
    REDIS_BENCHMARK("redis-benchmark", "redis-tools"),
    INITDB("initdb", "postgresql"),
    POSTGRES("postgres", "postgresql"),
    PGBENCH("pgbench", "postgresql-contrib");

    /** Debian has the programs of each PostgreSQL in a directory of its own, off the PATH. */
    private static final Path POSTGRESQL = Path.of("/usr/lib/postgresql");

    private final String program;
    private final String debianPackage;

    Foreign(String program, String debianPackage) {
        this.program = program;
        this.debianPackage = debianPackage;
    }

    private Optional<Path> find() {
        return Stream.concat(
                        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                                .filter(directory -> !directory.isEmpty())
                                .map(Path::of),
                        newestPostgresql().stream())
                .map(directory -> directory.resolve(program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static Optional<Path> newestPostgresql() {
        try (Stream<Path> versions = Files.isDirectory(POSTGRESQL) ? Files.list(POSTGRESQL) : Stream.empty()) {
            return versions.filter(version -> version.getFileName().toString().matches("\\d+"))
                    .max(Comparator.comparing(
                            version -> Integer.valueOf(version.getFileName().toString())))
                    .map(version -> version.resolve("bin"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Where it is. */
    Path path() {
        return find().orElseThrow();
    }

    /** Says so when the program is not there. */
    boolean isThere() {
        boolean there = find().isPresent();
        if (!there) {
            System.err.println("SKIPPED: there is no %s on PATH (Debian: package %s): what it would see is not tested"
                    .formatted(program, debianPackage));
        }
        return there;
    }

    /** Says so for each that is not there. */
    static boolean areThere(Foreign... programs) {
        return Stream.of(programs).filter(program -> !program.isThere()).count() == 0;
    }

    /** Skips the test when the program is not there. */
    void orSkip() {
        Assumptions.assumeTrue(isThere(), "there is no " + program);
    }

    ProcessBuilder builder(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(find().map(Path::toString).orElse(program)));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    /** Runs it to its end. */
    Outcome run(String... arguments) throws IOException, InterruptedException {
        orSkip();
        return Outcome.of(builder(arguments));
    }

    /** Runs it to its end, which must be a good one. */
    Outcome succeed(String... arguments) throws IOException, InterruptedException {
        Outcome outcome = run(arguments);
        assertThat(outcome.code())
                .as("%s %s:%n%s%n%s", program, List.of(arguments), outcome.out(), outcome.err())
                .isZero();
        return outcome;
    }
}
