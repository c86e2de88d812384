package io.baton.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A Baton with one HTTP listener before some endpoints, and its admin. */
final class HttpFront implements AutoCloseable {
    static final String SHORT_HANDOVER = "handover: { rehearsal: 200ms, drain: 10s, parent_shutdown: 30s }";

    private final int port;
    private final int admin;
    private final BatonProcess baton;

    /**
     * What is not as usual.
     *
     * @param http further keys of {@code http}, comma separated; or nothing
     * @param cluster likewise, of the cluster
     * @param more further lines
     */
    record Settings(String http, String cluster, String more) {
        static Settings usual() {
            return new Settings("", "", SHORT_HANDOVER);
        }

        Settings withHttp(String keys) {
            return new Settings(keys, cluster, more);
        }

        Settings withCluster(String keys) {
            return new Settings(http, keys, more);
        }

        Settings withMore(String lines) {
            return new Settings(http, cluster, lines);
        }
    }

    private HttpFront(int port, int admin, BatonProcess baton) {
        this.port = port;
        this.admin = admin;
        this.baton = baton;
    }

    static HttpFront start(Path directory, Settings settings, int... endpoints) throws IOException {
        return start(directory, settings, List.of(), endpoints);
    }

    /** @param flags further ones, of {@code baton run} */
    static HttpFront start(Path directory, Settings settings, List<String> flags, int... endpoints) throws IOException {
        int port = Configs.freePort();
        int admin = Configs.freePort();
        String list = IntStream.of(endpoints)
                .mapToObj(endpoint -> "\"127.0.0.1:" + endpoint + "\"")
                .collect(Collectors.joining(", "));
        Path config = Files.writeString(directory.resolve("http-%d.yaml".formatted(port)), """
                admin: { address: "127.0.0.1:%d" }
                listeners:
                  - name: web
                    address: "127.0.0.1:%d"
                    http: { routes: [ { prefix: /, cluster: origin } ]%s }
                clusters:
                  - { name: origin, endpoints: [ %s ]%s }
                %s
                """.formatted(
                        admin, port, further(settings.http()), list, further(settings.cluster()), settings.more()));
        List<String> arguments = new ArrayList<>(List.of("-c", config.toString()));
        arguments.addAll(flags);
        return new HttpFront(
                port, admin, BatonProcess.run(directory.resolve("r" + port), arguments.toArray(String[]::new)));
    }

    private static String further(String keys) {
        return keys.isEmpty() ? "" : ", " + keys;
    }

    int port() {
        return port;
    }

    /** What the admin says to a GET. */
    String adminAnswer(String path) throws IOException {
        try (RawClient client = new RawClient(admin)) {
            RawClient.Answer answer = client.send(
                            "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n".formatted(path, admin))
                    .read();
            if (answer.status() != 200) {
                throw new IOException("%s: %d %s".formatted(path, answer.status(), answer.text()));
            }
            return answer.text();
        }
    }

    String url(String target) {
        return "http://127.0.0.1:" + port + target;
    }

    BatonProcess baton() {
        return baton;
    }

    /** Resident memory of the generation that serves, in bytes. */
    long residentBytes() throws IOException, InterruptedException {
        Path status = Path.of("/proc/%d/status".formatted(baton.serving().pid()));
        List<String> lines = Files.readAllLines(status);
        return lines.stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow(() -> new IOException("no VmRSS in " + status));
    }

    @Override
    public void close() {
        baton.close();
    }
}
