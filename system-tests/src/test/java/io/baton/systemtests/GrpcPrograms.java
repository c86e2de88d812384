package io.baton.systemtests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** gRPC's client and server for Python, which nobody here wrote, from where CI installs them or Python's own packages. */
final class GrpcPrograms {
    private static final Path INSTALLED = Path.of("..", ".baton", "grpc", "bin", "python");
    private static final Optional<String> PYTHON = Stream.of(INSTALLED.toString(), "python3")
            .filter(GrpcPrograms::hasGrpc)
            .findFirst();

    private GrpcPrograms() {}

    private static boolean hasGrpc(String python) {
        if (python.contains("/") && !Files.isExecutable(Path.of(python))) {
            return false;
        }
        try {
            Process process = new ProcessBuilder(python, "-c", "import grpc")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Skips the test when there is no gRPC. */
    static void orSkip() {
        if (PYTHON.isEmpty()) {
            System.err.println(
                    "SKIPPED: there is no grpcio (python3 -m venv .baton/grpc && .baton/grpc/bin/pip install grpcio):"
                            + " what gRPC would see is not tested");
        }
        Assumptions.assumeTrue(PYTHON.isPresent(), "there is no grpcio");
    }

    /** Starts a script from the resources; its errors are ours. */
    static Process start(String script, String... arguments) throws IOException {
        orSkip();
        List<String> command = new ArrayList<>(List.of(PYTHON.orElseThrow(), path(script)));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("GRPC_VERBOSITY", "NONE");
        return builder.start();
    }

    private static String path(String script) {
        try {
            return Path.of(GrpcPrograms.class.getResource("/" + script).toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A server, with the port it listens on. */
    record Server(Process process, int port) implements AutoCloseable {
        static Server start() throws IOException {
            Process process = GrpcPrograms.start("grpc_server.py");
            String port = lines(process).readLine();
            if (port == null) {
                process.destroyForcibly();
                throw new IOException("the gRPC server did not start");
            }
            return new Server(process, Integer.parseInt(port));
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    static BufferedReader lines(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }
}
