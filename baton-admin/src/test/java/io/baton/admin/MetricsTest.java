package io.baton.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.posix.SocketAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the admin shows beyond the hot restart: metrics, clusters, the config. */
class MetricsTest {
    private final FixedView view = new FixedView();
    private final AdminServer admin = new AdminServer(
            new SocketAddress.Inet(InetAddress.ofLiteral("127.0.0.1"), 0), view, new RecordingControl());

    @BeforeEach
    void open() throws AdminException {
        admin.open();
    }

    @AfterEach
    void close() {
        admin.close();
    }

    @Test
    void metricsHaveTheNamesThatDashboardsRelyOn() {
        List<String> lines = get("/metrics").lines().toList();

        assertThat(lines)
                .contains(
                        "# TYPE baton_http_requests_total counter",
                        "baton_http_requests_total{code=\"200\",listener=\"web\"} 41.0",
                        "baton_http_requests_total{code=\"503\",listener=\"web\"} 1.0",
                        "baton_connections_total{listener=\"web\"} 7.0",
                        "baton_connections_active{listener=\"web\"} 0.0",
                        "baton_handovers_total{result=\"committed\"} 2.0",
                        "baton_handovers_total{result=\"failed\"} 0.0",
                        "baton_restart_epoch 2.0",
                        "baton_http_request_duration_seconds_bucket{listener=\"web\",le=\"0.001\"} 0",
                        "baton_http_request_duration_seconds_bucket{listener=\"web\",le=\"0.005\"} 40",
                        "baton_http_request_duration_seconds_bucket{listener=\"web\",le=\"1.0\"} 42",
                        "baton_http_request_duration_seconds_bucket{listener=\"web\",le=\"+Inf\"} 42",
                        "baton_http_request_duration_seconds_count{listener=\"web\"} 42",
                        "baton_http_request_duration_seconds_sum{listener=\"web\"} 1.5");
        assertThat(lines)
                .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{"))
                .anyMatch(line -> line.startsWith("process_cpu_seconds_total "))
                .anyMatch(line -> line.startsWith("process_open_fds "));
    }

    /** The parent's counters come with ready(): before, a scrape would see them go back to nothing. */
    @Test
    void beforeTheParentsCountersAreHereThereAreNoMetrics() {
        view.statsAreWhole = false;
        assertThat(get("/metrics")).isEqualTo("503 the parent's counters are not here yet\n");

        view.statsAreWhole = true;
        assertThat(get("/metrics")).startsWith("200 ");
    }

    @Test
    void clustersAreListedAsEnvoyDoes() {
        assertThat(get("/clusters")).isEqualTo("""
                200 origin::default_priority::max_connections::100
                origin::127.0.0.1:9000::cx_active::4
                origin::127.0.0.1:9000::cx_connect_fail::1
                origin::127.0.0.1:9000::cx_total::10
                origin::127.0.0.1:9000::rq_active::2
                origin::127.0.0.1:9000::rq_error::5
                origin::127.0.0.1:9000::rq_total::20
                origin::127.0.0.1:9000::hostname::app.example.com:9000
                origin::127.0.0.1:9000::health_flags::healthy
                origin::127.0.0.1:9000::weight::3
                origin::127.0.0.1:9001::cx_active::0
                origin::127.0.0.1:9001::cx_connect_fail::0
                origin::127.0.0.1:9001::cx_total::0
                origin::127.0.0.1:9001::rq_active::0
                origin::127.0.0.1:9001::rq_error::0
                origin::127.0.0.1:9001::rq_total::0
                origin::127.0.0.1:9001::hostname::127.0.0.1:9001
                origin::127.0.0.1:9001::health_flags::/failed_active_hc
                origin::127.0.0.1:9001::weight::1
                """);
        assertThat(get("/clusters?format=json").replaceAll("\\s+", ""))
                .startsWith("200{\"cluster_statuses\":[{\"name\":\"origin\",\"host_statuses\":[{\"address\":"
                        + "{\"socket_address\":{\"address\":\"127.0.0.1\",\"port_value\":9000}},\"stats\":[{\"name\":"
                        + "\"cx_connect_fail\",\"value\":\"1\"}")
                .contains("\"health_status\":{\"eds_health_status\":\"HEALTHY\",\"failed_active_health_check\":true,"
                        + "\"failed_outlier_check\":true}");
    }

    @Test
    void theConfigIsShownWithItsDefaultsAndWithoutSecrets() {
        String dump = get("/config_dump").replaceAll("\\s+", "");

        assertThat(dump)
                .startsWith(
                        "200{\"config\":{\"admin\":null,\"listeners\":[{\"name\":\"web\",\"address\":\"127.0.0.1:18080\"")
                .contains(
                        "\"connect_timeout\":\"250ms\"",
                        "\"parent_shutdown\":\"900000ms\"",
                        "\"balance\":\"least_request\"")
                .contains("\"headers\":{\"authorization\":\"[redacted]\"}")
                .doesNotContain("secret");
    }

    private String get(String path) {
        try {
            return RawHttp.get(admin.boundAddress().orElseThrow().port(), path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
