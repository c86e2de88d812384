package io.baton.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.baton.BaseId;
import io.baton.DrainStrategy;
import io.baton.HotRestartOptions;
import io.baton.RestartEpoch;
import io.baton.proxy.HandoverConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class UsageTest {
    private static final String GOOD_CONFIG = """
            listeners: [ { name: web, address: 127.0.0.1:18080, tcp: { cluster: origin } } ]
            clusters: [ { name: origin, endpoints: [ 127.0.0.1:9000 ] } ]
            """;

    private static final String ENVOY_CONFIG = """
            static_resources:
              listeners:
              - name: web
                address: { socket_address: { address: 127.0.0.1, port_value: 18080 } }
                filter_chains:
                - filters:
                  - name: tcp
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                      stat_prefix: web
                      cluster: origin
              clusters:
              - name: origin
                load_assignment:
                  cluster_name: origin
                  endpoints:
                  - lb_endpoints:
                    - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: 9000 } } }
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before each test
    private Path temp;

    private record Outcome(int code, String out, String err) {}

    private static Outcome baton(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream realOut = System.out;
        PrintStream realErr = System.err;
        System.setOut(new PrintStream(out, true, UTF_8));
        System.setErr(new PrintStream(err, true, UTF_8));
        try {
            return new Outcome(Main.execute(args), out.toString(UTF_8), err.toString(UTF_8));
        } finally {
            System.setOut(realOut);
            System.setErr(realErr);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\"\" | expected a command",
                "dance                                           | dance",
                "serve                                           | --config-path",
                "serve --frob                                    | --frob",
                "serve -c x --inherit bogus                      | 'bogus', expected auto, nginx, systemd,",
                "serve -c x --inherit envoy:x                    | expected envoy:BASE_ID or envoy:BASE_ID/EPOCH",
                "serve -c x --restart-epoch -1                   | '-1', expected a number from 0",
                "serve -c x --restart-epoch one                  | 'one', expected a number from 0",
                "serve -c x --restart-epoch                      | --restart-epoch",
                "serve -c x --base-id 429496730                  | expected a number from 0 to 429496729",
                "serve -c x --socket-mode 888                    | expected an octal number from 0 to 777",
                "serve -c x --socket-mode 1000                   | expected an octal number from 0 to 777",
                "serve -c x --drain-time-s soon                  | expected seconds",
                "serve -c x --drain-time-s -1                    | expected seconds",
                "serve -c x --drain-strategy slow                | expected gradual or immediate",
                "serve -c x --parent-shutdown-time-s 1s          | expected seconds",
                "serve -c x --mode dream                         | --mode",
                "serve -c x --concurrency 0                      | expected 1 to 1024",
                "serve -c x --concurrency many                   | --concurrency",
                "serve -c x --log-level loud                     | --log-level",
                "run --runtime-dir                               | --runtime-dir",
                "run --concurrency 2000                          | expected 1 to 1024",
                "upgrade now                                     | now",
                "status --yaml                                   | --yaml",
                "stop later                                      | later",
                "check                                           | expected --config FILE or --envoy-config FILE",
                "check -c x --envoy-config y                     | --config and --envoy-config, expected one of them",
                "serve -c x --envoy-config y                     | --config-path and --envoy-config, expected one of them",
                "config                                          | expected a command: convert",
                "config convert                                  | FILE",
            })
    void aBadCommandLineIsOneLineAndExitCode2(String commandLine, String words) {
        Outcome outcome = baton(commandLine.isEmpty() ? new String[0] : commandLine.split(" "));

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err().lines()).hasSize(1);
        assertThat(outcome.err()).startsWith("baton").contains(words).contains("--help");
    }

    @Test
    void aDynamicBaseIdIsForTheFirstEpochOnly() throws Exception {
        Path config = Files.writeString(temp.resolve("good.yaml"), GOOD_CONFIG);

        Outcome outcome = baton(
                "serve",
                "-c",
                config.toString(),
                "--use-dynamic-base-id",
                "--restart-epoch",
                "1",
                "--mode",
                "validate");

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err().lines()).hasSize(1);
        assertThat(outcome.err()).contains("--restart-epoch=1").contains("--use-dynamic-base-id");
    }

    @Test
    void envoysFlagsMeanWhatEnvoyMeans() {
        ServeFlags flags = new ServeFlags();
        new CommandLine(flags)
                .parseArgs(
                        "--restart-epoch=3",
                        "--base-id",
                        "17",
                        "--base-id-path=/tmp/id",
                        "--socket-path=/run/envoy",
                        "--socket-mode=660",
                        "--drain-time-s=5",
                        "--drain-strategy=immediate",
                        "--parent-shutdown-time-s=9",
                        "--skip-hot-restart-on-no-parent",
                        "--skip-hot-restart-parent-stats");

        HotRestartOptions options = flags.toOptions(HandoverConfig.DEFAULT);

        assertThat(options.epoch()).isEqualTo(new RestartEpoch(3));
        assertThat(options.baseId()).isEqualTo(new BaseId(17));
        assertThat(options.baseIdPath()).contains(Path.of("/tmp/id"));
        assertThat(options.socketPath()).isEqualTo("/run/envoy");
        assertThat(options.socketMode()).isEqualTo(0660);
        assertThat(options.drainTime()).isEqualTo(Duration.ofSeconds(5));
        assertThat(options.drainStrategy()).isEqualTo(DrainStrategy.IMMEDIATE);
        assertThat(options.parentShutdownTime()).isEqualTo(Duration.ofSeconds(9));
        assertThat(options.skipOnNoParent()).isTrue();
        assertThat(options.skipParentStats()).isTrue();
    }

    @Test
    void withoutFlagsTheConfigDecides() {
        ServeFlags flags = new ServeFlags();
        new CommandLine(flags).parseArgs();
        HandoverConfig config = new HandoverConfig(
                Duration.ofSeconds(3), Duration.ofSeconds(7), 32, 500, Duration.ZERO, Duration.ofSeconds(11));

        HotRestartOptions options = flags.toOptions(config);

        assertThat(options.epoch()).isEqualTo(RestartEpoch.FIRST);
        assertThat(options.socketPath()).isEqualTo("@envoy_domain_socket");
        assertThat(options.socketMode()).isEqualTo(0600);
        assertThat(options.drainTime()).isEqualTo(Duration.ofSeconds(3));
        assertThat(options.parentShutdownTime()).isEqualTo(Duration.ofSeconds(7));
        assertThat(options.readyTimeout()).isEqualTo(Duration.ofSeconds(11));
        assertThat(options.exitWhenDrained()).isTrue();
        assertThat(options.migration().enabled()).isTrue();
        assertThat(options.migration().batch()).isEqualTo(32);
        assertThat(options.migration().ratePerSecond()).isEqualTo(500);
        assertThat(options.parentDeathSignal()).isFalse();
    }

    @Test
    void theHotRestartVersionIsEnvoys() {
        assertThat(baton("serve", "--hot-restart-version"))
                .isEqualTo(new Outcome(0, System.getProperty("os.arch").equals("amd64") ? "11.104\n" : "11.120\n", ""));
        assertThat(baton("serve", "--hot-restart-version", "--disable-hot-restart"))
                .isEqualTo(new Outcome(0, "disabled\n", ""));
    }

    @Test
    void aGoodConfigIsSaidToBeOne() throws Exception {
        Path config = Files.writeString(temp.resolve("good.yaml"), GOOD_CONFIG);

        assertThat(baton("check", "-c", config.toString()))
                .isEqualTo(new Outcome(0, config + ": good, 1 listeners, 1 clusters\n", ""));
    }

    @Test
    void anEnvoyConfigIsCheckedAndConverted() throws Exception {
        Path envoy = Files.writeString(temp.resolve("envoy.yaml"), ENVOY_CONFIG);
        Path converted = temp.resolve("baton.yaml");

        assertThat(baton("check", "--envoy-config", envoy.toString()))
                .isEqualTo(new Outcome(0, envoy + ": good, 1 listeners, 1 clusters\n", ""));
        assertThat(baton("config", "convert", envoy.toString(), "-o", converted.toString()))
                .isEqualTo(new Outcome(0, "", ""));
        assertThat(baton("check", "-c", converted.toString()).code()).isZero();
        assertThat(baton("config", "convert", envoy.toString()))
                .isEqualTo(new Outcome(0, Files.readString(converted), ""));
    }

    @Test
    void anEnvoyConfigWithMoreThanBatonHasIsOneLineWithItsPath() throws Exception {
        Path envoy =
                Files.writeString(temp.resolve("envoy.yaml"), ENVOY_CONFIG + "stats_sinks: [ { name: statsd } ]\n");

        Outcome outcome = baton("serve", "--envoy-config", envoy.toString(), "--mode", "validate");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).hasLineCount(1).contains(": stats_sinks: not supported, expected ");
    }

    @Test
    void whatIsLegalAndProbablyNotMeantIsWarnedOf() throws Exception {
        Path config = Files.writeString(
                temp.resolve("odd.yaml"),
                GOOD_CONFIG + "access_log: { path: %s }%n".formatted(temp.resolve("nowhere/access.log")));

        Outcome outcome = baton("check", "-c", config.toString());

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err())
                .startsWith(config + ": warning: access_log.path")
                .hasLineCount(1);
    }

    @Test
    void aBadConfigIsOneLineWithItsPlace() throws Exception {
        Path config = Files.writeString(temp.resolve("bad.yaml"), "listeners: 7\n");

        Outcome outcome = baton("check", "-c", config.toString());

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err().lines()).hasSize(1);
        assertThat(outcome.err()).startsWith("baton: " + config + ":1:");
    }

    @ParameterizedTest
    @CsvSource({"upgrade", "rollback", "status", "stop"})
    void withNobodyThereOrdersAreRefused(String command) {
        Outcome outcome = baton(command, "--runtime-dir", temp.resolve("none").toString());

        assertThat(outcome.code()).isEqualTo(3);
        assertThat(outcome.err().lines()).hasSize(1);
        assertThat(outcome.err()).startsWith("baton: no baton runs in ");
    }
}
