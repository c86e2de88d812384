package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A redis-server, and two redis-benchmarks that come to it through a proxy: pipelined GETs and SETs on connections that stay. Until
 * {@link #end} the server pauses again and again, so that they last, and that requests wait in every connection at each moment.
 */
final class RedisScene implements Closeable {
    private static final int CLIENTS_EACH = 8;
    private static final int PIPELINE = 16;
    private static final int REQUESTS_EACH = 700_000;

    /** With 8 pipelines of 16 this is 3,000 requests a second and benchmark: four minutes of them. */
    private static final Duration PAUSE = Duration.ofMillis(30);

    private static final List<String> COMMANDS = List.of("get", "set");

    /** Of both. */
    static final long REQUESTS = (long) REQUESTS_EACH * 2;

    private static final Duration PATIENCE = BatonProcess.PATIENCE;

    private final int port;
    private final Process server;
    private final List<Process> benchmarks = new ArrayList<>();
    private final List<ProcessLines> outputs = new ArrayList<>();
    private @Nullable Socket control;
    private @Nullable Thread pacer;
    private volatile boolean pacing = true;
    private long connectionsInTheBeginning;

    /** What became of the benchmarks. */
    record Result(List<Integer> exitCodes, String said, long reconnects, long errorReplies, long commands) {}

    private RedisScene(int port, Process server) {
        this.port = port;
        this.server = server;
    }

    static boolean isPossible() {
        return Foreign.areThere(Foreign.REDIS_SERVER, Foreign.REDIS_BENCHMARK);
    }

    static RedisScene start(Path directory) throws IOException {
        int port = Configs.freePort();
        Process server = Foreign.REDIS_SERVER
                .builder(
                        "--port",
                        Integer.toString(port),
                        "--bind",
                        "127.0.0.1",
                        "--dir",
                        directory.toString(),
                        "--save",
                        "",
                        "--appendonly",
                        "no",
                        "--hz", // as often it looks whether a pause is over
                        "100")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("redis.log").toFile())
                .start();
        RedisScene scene = new RedisScene(port, server);
        try {
            scene.control = await("redis-server answers on " + port)
                    .atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> new Socket(InetAddress.getLoopbackAddress(), port), Socket::isConnected);
            return scene;
        } catch (RuntimeException | Error e) {
            scene.close();
            throw e;
        }
    }

    int port() {
        return port;
    }

    int connections() {
        return CLIENTS_EACH * COMMANDS.size();
    }

    /** Returns when all connections stand. */
    void begin(int proxied) throws IOException {
        for (String command : COMMANDS) {
            Process benchmark = Foreign.REDIS_BENCHMARK
                    .builder(
                            "-h",
                            "127.0.0.1",
                            "-p",
                            Integer.toString(proxied),
                            "-t",
                            command,
                            "-c",
                            Integer.toString(CLIENTS_EACH),
                            "-P",
                            Integer.toString(PIPELINE),
                            "-n",
                            Integer.toString(REQUESTS_EACH),
                            "-r",
                            "10000",
                            "-d",
                            "64",
                            "--csv")
                    .redirectErrorStream(true)
                    .start();
            benchmarks.add(benchmark);
            outputs.add(new ProcessLines(benchmark, line -> {}));
            int standing = 1 + CLIENTS_EACH * benchmarks.size();
            await().atMost(PATIENCE).until(() -> info("connected_clients") == standing);
        }
        connectionsInTheBeginning = info("total_connections_received");
        pacer = Thread.ofVirtual().start(this::pace);
    }

    private void pace() {
        try {
            while (pacing) {
                ask("CLIENT PAUSE " + PAUSE.toMillis());
            }
        } catch (IOException e) {
            // The server is gone: the benchmarks say so.
        }
    }

    boolean isRunning() {
        return benchmarks.stream().allMatch(Process::isAlive);
    }

    /** Lets them do what is left as fast as they can. */
    Result end() throws IOException, InterruptedException {
        pacing = false;
        if (pacer != null) {
            pacer.join();
        }
        ask("CLIENT UNPAUSE");
        List<Integer> exitCodes = new ArrayList<>();
        for (Process benchmark : benchmarks) {
            exitCodes.add(benchmark.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) ? benchmark.exitValue() : -1);
        }
        List<String> said = new ArrayList<>();
        for (ProcessLines output : outputs) {
            said.add(output.textToItsEnd(PATIENCE));
        }
        return new Result(
                exitCodes,
                String.join("\n", said),
                info("total_connections_received") - connectionsInTheBeginning,
                info("total_error_replies"),
                info("total_commands_processed"));
    }

    private long info(String field) throws IOException {
        Matcher matcher = Pattern.compile("(?m)^%s:(\\d+)".formatted(field)).matcher(ask("INFO all"));
        if (!matcher.find()) {
            throw new IOException("redis-server's INFO has no " + field);
        }
        return Long.parseLong(matcher.group(1));
    }

    /** A simple string, or a bulk string. */
    private String ask(String command) throws IOException {
        Socket socket = control;
        if (socket == null) {
            throw new IOException("not connected");
        }
        socket.getOutputStream().write((command + "\r\n").getBytes(US_ASCII));
        InputStream in = new BufferedInputStream(socket.getInputStream());
        String first = line(in);
        if (!first.startsWith("$")) {
            return first;
        }
        int length = Integer.parseInt(first.substring(1));
        String answer = new String(in.readNBytes(length), US_ASCII);
        line(in);
        return answer;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("redis-server has closed the connection");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        pacing = false;
        benchmarks.forEach(Process::destroyForcibly);
        server.destroyForcibly();
        if (control != null) {
            control.close();
        }
    }
}
