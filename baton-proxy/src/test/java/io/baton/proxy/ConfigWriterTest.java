package io.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is written, is read again as the same. */
class ConfigWriterTest {
    private static final Path FILE = Path.of("baton.yaml");

    /** The loader's own test says that {@link ConfigLoaderTest#FULL} has every key there is. */
    @Test
    void everyOptionSurvivesTheWayThroughAFile() throws Exception {
        BatonConfig config = parse(ConfigLoaderTest.FULL);

        String written = ConfigWriter.write(config);

        assertThat(parse(written)).as(written).isEqualTo(config);
        // All of FULL's values but one balance, one status of the parent, differ from the defaults: each key is
        // written.
        assertThat(Stream.of(
                                Keys.ROOT,
                                Keys.LISTENER,
                                Keys.LISTENER_TLS,
                                Keys.TCP,
                                Keys.SNI_ROUTE,
                                Keys.HTTP,
                                Keys.HTTP2,
                                Keys.ROUTE,
                                Keys.CLUSTER,
                                Keys.CLUSTER_TLS,
                                Keys.ENDPOINT,
                                Keys.HEALTH,
                                Keys.ACCESS_LOG,
                                Keys.HANDOVER,
                                Keys.LIMITS)
                        .flatMap(keys -> keys.known().stream())
                        .distinct())
                .allSatisfy(key -> assertThat(written).contains(key + ":"));
    }

    @Test
    void theSamplesOfTheDocumentsSurviveToo() throws Exception {
        String document = Files.readString(Path.of("..", "docs", "configuration.md"));
        List<String> samples = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL)
                .matcher(document)
                .results()
                .map(match -> match.group(1))
                .filter(sample -> sample.contains("listeners:"))
                .toList();
        assertThat(samples).isNotEmpty();
        for (String sample : samples) {
            BatonConfig config = parse(sample);
            assertThat(parse(ConfigWriter.write(config))).isEqualTo(config);
        }
    }

    @Test
    void wordsThatYamlTakesForOtherThingsAreQuoted() throws Exception {
        BatonConfig config = parse("""
                listeners:
                  - name: "true"
                    address: 127.0.0.1:80
                    http:
                      routes:
                        - { prefix: "/a:b", headers: { "null": "~", "#": "- [x]: 'y' \\"z\\"" }, cluster: "12" }
                        - { prefix: /, host: "null", cluster: "12" }
                clusters: [ { name: "12", endpoints: [ "localhost:80" ], health: { tcp: true } } ]
                """);

        assertThat(parse(ConfigWriter.write(config))).isEqualTo(config);
    }

    @Test
    void defaultsAreLeftOut() throws Exception {
        assertThat(ConfigWriter.write(parse("""
                listeners: [ { name: web, address: "[::1]:80", tcp: { cluster: origin } } ]
                clusters: [ { name: origin, endpoints: [ "unix:/run/o.sock" ] } ]
                """))).isEqualTo("""
                listeners:
                  - name: web
                    address: '[::1]:80'
                    tcp:
                        cluster: origin
                clusters:
                  - name: origin
                    endpoints:
                      - unix:/run/o.sock
                """);
    }

    private static BatonConfig parse(String text) throws ConfigException {
        return ConfigLoader.parse(FILE, text, host -> InetAddress.ofLiteral("127.0.0.1"), new UnreadTlsFiles());
    }
}
