package io.baton.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The bar: a C program that passes the sockets of as many connections as fast as this machine can, and does nothing else. */
final class FdPassing {
    private static final String SOURCE = "passfds.c";
    private static final Duration COMPILE = Duration.ofSeconds(60);
    private static final Duration RUN = Duration.ofSeconds(60);

    private final Path program;

    private FdPassing(Path program) {
        this.program = program;
    }

    /** Times in milliseconds. */
    record Result(int connections, double totalMs, double p50Ms, double p99Ms, double maxMs, double cpuMs) {
        double fdsPerSecond() {
            return 2 * connections / (totalMs / 1e3);
        }

        static Result parse(String line) throws BenchException {
            return of(Json.readObject(line));
        }

        /** Of what the program says, and others in its way; the CPU time need not be said. */
        static Result of(Map<?, ?> json) throws BenchException {
            return new Result(
                    (int) Json.number(json, "connections"),
                    Json.number(json, "total_us") / 1e3,
                    Json.number(json, "pause_p50_us") / 1e3,
                    Json.number(json, "pause_p99_us") / 1e3,
                    Json.number(json, "pause_max_us") / 1e3,
                    json.containsKey("cpu_us") ? Json.number(json, "cpu_us") / 1e3 : Double.NaN);
        }
    }

    /** Compiles it; empty without a C compiler. */
    static Optional<FdPassing> compile(Scene scene) throws BenchException {
        Optional<String> compiler = compiler();
        if (compiler.isEmpty()) {
            return Optional.empty();
        }
        Path directory = scene.subdirectory("passfds");
        Path source = directory.resolve(SOURCE);
        Path program = directory.resolve("passfds");
        try (InputStream in = FdPassing.class.getResourceAsStream(SOURCE)) {
            if (in == null) {
                throw new BenchException(SOURCE + " is not in this build");
            }
            Files.copy(in, source);
        } catch (IOException e) {
            throw new BenchException("cannot write %s: %s".formatted(source, e), e);
        }
        Command.Result done =
                Command.run(List.of(compiler.get(), "-O2", "-o", program.toString(), source.toString()), COMPILE);
        if (done.exitCode() != 0) {
            throw new BenchException("%s does not compile: %s".formatted(SOURCE, done.text()));
        }
        return Optional.of(new FdPassing(program));
    }

    private static Optional<String> compiler() {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            for (String name : List.of("cc", "gcc", "clang")) {
                if (Files.isExecutable(Path.of(directory, name))) {
                    return Optional.of(Path.of(directory, name).toString());
                }
            }
        }
        return Optional.empty();
    }

    Result run(int connections) throws BenchException {
        Command.Result done = Command.run(List.of(program.toString(), String.valueOf(connections)), RUN);
        if (done.exitCode() != 0) {
            throw new BenchException("passfds exited with %d: %s".formatted(done.exitCode(), done.text()));
        }
        return Result.parse(done.text());
    }
}
