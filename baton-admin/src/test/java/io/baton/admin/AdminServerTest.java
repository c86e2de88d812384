package io.baton.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.baton.posix.SocketAddress;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers are compared with what Envoy 1.40 sent to the same requests. */
class AdminServerTest {
    private final FixedView view = new FixedView();
    private final RecordingControl control = new RecordingControl();
    private final AdminServer admin = new AdminServer(loopback(0), view, control);

    @BeforeEach
    void open() throws AdminException {
        admin.open();
    }

    @AfterEach
    void close() {
        admin.close();
    }

    @Test
    void theHotRestartVersionStandsAloneOnItsLine() {
        assertThat(get("/hot_restart_version")).isEqualTo("200 11.104");
    }

    @Test
    void readyIs503UnlessLive() {
        assertThat(get("/ready")).isEqualTo("200 LIVE\n");
        view.state = ServerState.PRE_INITIALIZING;
        assertThat(get("/ready")).isEqualTo("503 PRE_INITIALIZING\n");
        view.state = ServerState.DRAINING;
        assertThat(get("/ready")).isEqualTo("503 DRAINING\n");
    }

    @Test
    void listenersAreListedAsText() {
        assertThat(get("/listeners")).isEqualTo("""
                200 web::127.0.0.1:18080
                app::/run/app.sock
                v6::[::1]:18081
                """);
    }

    @Test
    void listenersAreListedInEnvoysJson() {
        assertThat(get("/listeners?format=json")).isEqualTo("""
                200 {
                 "listener_statuses": [
                  {
                   "name": "web",
                   "local_address": {
                    "socket_address": {
                     "address": "127.0.0.1",
                     "port_value": 18080
                    }
                   }
                  },
                  {
                   "name": "app",
                   "local_address": {
                    "pipe": {
                     "path": "/run/app.sock"
                    }
                   }
                  },
                  {
                   "name": "v6",
                   "local_address": {
                    "socket_address": {
                     "address": "::1",
                     "port_value": 18081
                    }
                   }
                  }
                 ]
                }""");
    }

    @Test
    void serverInfoHasEnvoysNames() {
        assertThat(get("/server_info")).isEqualTo("""
                200 {
                 "version": "baton/1",
                 "state": "LIVE",
                 "uptime_current_epoch": "12s",
                 "uptime_all_epochs": "345s",
                 "hot_restart_version": "11.104",
                 "command_line_options": {
                  "base_id": "77",
                  "concurrency": 2,
                  "config_path": "e.yaml",
                  "admin_address_path": "",
                  "drain_time": "1.500s",
                  "parent_shutdown_time": "900s",
                  "mode": "Serve",
                  "disable_hot_restart": false,
                  "restart_epoch": 2,
                  "use_dynamic_base_id": false,
                  "base_id_path": "",
                  "drain_strategy": "Immediate",
                  "socket_path": "@envoy_domain_socket",
                  "socket_mode": 384,
                  "skip_hot_restart_on_no_parent": false,
                  "skip_hot_restart_parent_stats": false
                 }
                }""");
    }

    @Test
    void statsAreFilteredByAPartOfTheName() {
        assertThat(get("/stats?filter=hot_restart"))
                .isEqualTo("200 server.hot_restart_epoch: 2\nserver.hot_restart_generation: 3\n");
        assertThat(get("/stats?filter=hot_restart&format=json"))
                .isEqualTo("200 {\"stats\":[{\"name\":\"server.hot_restart_epoch\",\"value\":2},"
                        + "{\"name\":\"server.hot_restart_generation\",\"value\":3}]}");
        assertThat(get("/stats?filter=nonesuch&format=json")).isEqualTo("200 {\"stats\":[]}");
        assertThat(get("/stats")).contains("listener.127.0.0.1_18080.downstream_cx_total: 7\n");
    }

    @Test
    void whatIsAskedWronglyGets400InOneLine() {
        assertThat(get("/stats?filter=%5B")).isEqualTo("400 Invalid regex: Unclosed character class near index 0: [\n");
        assertThat(get("/stats?format=xml")).isEqualTo("400 usage: /stats?format=(json|text)\n");
        assertThat(get("/stats?filter=" + "a".repeat(257)))
                .isEqualTo("400 a filter of 257 characters, expected at most 256\n");
        assertThat(get("/stats?" + "a&".repeat(40))).startsWith("400 invalid query: 41 parameters");
    }

    @Test
    void aFilterThatBacktracksForeverIsGivenUp() {
        assertThat(get("/stats?filter=(z*)*(z*)*(z*)*(z*)*y"))
                .isEqualTo("400 Invalid regex: it takes more than 500 ms, expected a simpler one\n");
    }

    @Test
    void changesWantPost() {
        assertThat(get("/drain_listeners?graceful")).isEqualTo("405 Method GET not allowed, POST required.");
        assertThat(get("/quitquitquit")).isEqualTo("405 Method GET not allowed, POST required.");
        assertThat(control.calls).isEmpty();
    }

    @Test
    void drainingIsOrderedWithOrWithoutGrace() {
        assertThat(request("POST", "/drain_listeners?graceful", "")).isEqualTo("200 OK\n");
        await().untilAsserted(() -> assertThat(control.calls).containsExactly("drain gracefully"));
        assertThat(request("POST", "/drain_listeners", "")).isEqualTo("200 OK\n");
        await().untilAsserted(() -> assertThat(control.calls).containsExactly("drain gracefully", "drain"));
    }

    @Test
    void quittingAnswersFirst() {
        assertThat(request("POST", "/quitquitquit", "")).isEqualTo("200 OK\n");
        await().untilAsserted(() -> assertThat(control.calls).containsExactly("quit"));
    }

    @Test
    void theIndexAndAWrongPathNameTheEndpoints() {
        assertThat(get("/"))
                .startsWith("200 admin commands are:\n  /: this list\n  /clusters: ")
                .contains("\n  /drain_listeners (POST): ");
        assertThat(get("/nope")).startsWith("404 invalid path. admin commands are:\n  /: this list\n");
        assertThat(get("/ready/nope")).startsWith("404 ");
    }

    @Test
    void headHasNoBody() {
        assertThat(request("HEAD", "/ready", "")).isEqualTo("200 ");
    }

    @Test
    void aWebPageCanNeitherChangeNorReadAnything() {
        assertThat(request("POST", "/quitquitquit", "Origin: http://evil.example\r\n"))
                .isEqualTo("403 Origin is not the admin itself\n");
        assertThat(requestTo("evil.example:" + port(), "GET", "/ready", ""))
                .isEqualTo("403 Host is not an address or localhost\n");
        assertThat(requestTo("localhost:" + port(), "GET", "/ready", "")).startsWith("200 ");
        assertThat(requestTo("[::1]:" + port(), "GET", "/ready", "")).startsWith("200 ");
        assertThat(control.calls).isEmpty();
    }

    @Test
    void aRequestWithoutEndIsCutOff() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write(("GET /ready HTTP/1.1\r\nX: " + "x".repeat(32 << 10) + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));

            assertThat(readAll(socket)).doesNotStartWith("HTTP/1.1 200");
        }
        assertThat(get("/ready")).startsWith("200 ");
    }

    @Test
    void closingLetsGoOfTheAddressAtOnceAndReopeningTakesTheSameOne() throws Exception {
        int port = port();
        admin.close();
        try (ServerSocket other = new ServerSocket()) {
            other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        }

        admin.reopen();

        await().untilAsserted(() -> assertThat(tryGet("/ready")).isEqualTo("200 LIVE\n"));
        assertThat(port()).isEqualTo(port);
    }

    @Test
    void anAdminWithRequestsUnderWayClosesWithoutWaitingForThem() throws Exception {
        try (Socket idle = connect()) {
            idle.getOutputStream().write("GET /rea".getBytes(StandardCharsets.US_ASCII));
            long before = System.nanoTime();

            admin.close();

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(4));
        }
    }

    @Test
    void reopeningWaitsForAFailedChildToLetGo() throws Exception {
        int port = port();
        admin.close();
        try (ServerSocket child = new ServerSocket()) {
            child.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            admin.reopen();
        }

        await().untilAsserted(() -> assertThat(tryGet("/ready")).isEqualTo("200 LIVE\n"));
    }

    @Test
    void closingEndsAReopeningThatIsStillTrying() throws Exception {
        int port = port();
        admin.close();
        try (ServerSocket child = new ServerSocket()) {
            child.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            admin.reopen();
            admin.close();
        }

        await().during(Duration.ofMillis(200))
                .untilAsserted(() -> assertThat(tryGet("/ready")).isEqualTo("refused"));
    }

    @Test
    void anAddressThatStaysInUseIsNamedAfterABoundedWait() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                AdminServer second = new AdminServer(loopback(other.getLocalPort()), view, control)) {
            assertThatThrownBy(second::open)
                    .isInstanceOf(AdminException.class)
                    .hasMessage("the admin cannot listen on 127.0.0.1:%d: Address already in use"
                            .formatted(other.getLocalPort()));
        }
    }

    @Test
    void anAddressOfAnotherMachineIsRefusedAtOnce() {
        SocketAddress.Inet elsewhere = new SocketAddress.Inet(InetAddress.ofLiteral("192.0.2.1"), 9901);
        long before = System.nanoTime();
        try (AdminServer second = new AdminServer(elsewhere, view, control)) {
            assertThatThrownBy(second::open)
                    .isInstanceOf(AdminException.class)
                    .hasMessage("the admin cannot listen on 192.0.2.1:9901: Cannot assign requested address");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(4));
    }

    private String get(String path) {
        return request("GET", path, "");
    }

    private String request(String method, String path, String headers) {
        return requestTo("127.0.0.1:" + port(), method, path, headers);
    }

    private String requestTo(String host, String method, String path, String headers) {
        try {
            return RawHttp.request(port(), host, method, path, headers);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String tryGet(String path) throws IOException {
        try {
            return RawHttp.get(port(), path);
        } catch (ConnectException e) {
            return "refused";
        }
    }

    private Socket connect() throws IOException {
        return RawHttp.connect(port());
    }

    private static String readAll(Socket socket) {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "broken off"; // a reset is an answer, too
        }
    }

    private int port() {
        return admin.boundAddress().orElseThrow().port();
    }

    private static SocketAddress.Inet loopback(int port) {
        return new SocketAddress.Inet(InetAddress.getLoopbackAddress(), port);
    }
}
