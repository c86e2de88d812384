package io.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.baton.proxy.ConfigMistakes.Mistake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The schema and the loader say the same, checked with a validator that nobody here wrote. */
class ConfigSchemaTest {
    /** Which mapping of the schema is which of the loader; {@code ""} is the root. */
    private static final Map<String, Keys> MAPPINGS = Map.ofEntries(
            Map.entry("", Keys.ROOT),
            Map.entry("admin", Keys.ADMIN),
            Map.entry("listener", Keys.LISTENER),
            Map.entry("tcp", Keys.TCP),
            Map.entry("listener_tls", Keys.LISTENER_TLS),
            Map.entry("certificate", Keys.CERTIFICATE),
            Map.entry("cluster_tls", Keys.CLUSTER_TLS),
            Map.entry("sni_route", Keys.SNI_ROUTE),
            Map.entry("http", Keys.HTTP),
            Map.entry("http2", Keys.HTTP2),
            Map.entry("route", Keys.ROUTE),
            Map.entry("cluster", Keys.CLUSTER),
            Map.entry("endpoint", Keys.ENDPOINT),
            Map.entry("health", Keys.HEALTH),
            Map.entry("access_log", Keys.ACCESS_LOG),
            Map.entry("handover", Keys.HANDOVER),
            Map.entry("limits", Keys.LIMITS));

    private final ObjectMapper json = new ObjectMapper();
    private final JsonNode schema = json.readTree(ConfigSchema.text());
    private final Schema validator = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(ConfigSchema.text(), InputFormat.JSON);

    @Test
    void everyMappingHasTheKeysThatTheLoaderKnowsAndNoOther() {
        Map<String, Set<String>> inSchema = new TreeMap<>();
        inSchema.put("", keys(schema));
        schema.get("$defs").properties().forEach(definition -> {
            if (definition.getValue().has("properties")) {
                inSchema.put(definition.getKey(), keys(definition.getValue()));
            }
        });
        Map<String, Set<String>> inLoader = new TreeMap<>();
        MAPPINGS.forEach((name, keys) -> inLoader.put(name, new TreeSet<>(keys.known())));

        assertThat(inSchema).isEqualTo(inLoader);
    }

    @Test
    void noMappingTakesKeysThatAreNotListed() {
        List<JsonNode> mappings = new ArrayList<>(List.of(schema));
        schema.get("$defs").forEach(mappings::add);

        assertThat(mappings)
                .filteredOn(mapping -> mapping.has("properties"))
                .hasSize(MAPPINGS.size())
                .allMatch(mapping -> !mapping.get("additionalProperties").asBoolean(true));
    }

    /** The full sample is loaded by {@link ConfigLoaderTest}: so each key of the schema is accepted with a value, too. */
    @Test
    void theFullSampleHasEveryKeyAndIsValid() {
        Set<String> used = new TreeSet<>();
        collect(node(ConfigLoaderTest.FULL), used);
        Set<String> known = new TreeSet<>();
        MAPPINGS.values().forEach(keys -> known.addAll(keys.known()));

        assertThat(used).containsAll(known);
        assertThat(errors(ConfigLoaderTest.FULL)).isEmpty();
    }

    @Test
    void theSamplesOfTheDocumentsAreValidAndLoad() throws Exception {
        List<String> samples = samples(Path.of("..", "docs", "configuration.md"));
        assertThat(samples).isNotEmpty();

        for (String sample : samples) {
            assertThat(errors(sample)).as(sample).isEmpty();
            assertThat(ConfigLoader.parse(Path.of("baton.yaml"), sample, HostResolver.system(), new UnreadTlsFiles())
                            .listeners())
                    .isNotEmpty();
        }
    }

    /** What the schema refuses the loader refuses: an editor must not underline what works. */
    @Test
    void theSchemaKnowsMostMistakesOfOneValue() {
        List<Mistake> mistakes = Stream.of(
                        SniMistakes.SNI, HttpMistakes.HTTP, HttpMistakes.ROUTES, HttpMistakes.CLUSTERS)
                .flatMap(List::stream)
                .toList();
        List<String> missed = mistakes.stream()
                .filter(mistake -> errors(mistake.yaml()).isEmpty())
                .map(Mistake::name)
                .toList();

        // Bounds of durations and sizes, names of clusters and what a host may be are the loader's alone.
        assertThat(missed)
                .containsExactlyInAnyOrder(
                        "a server name with a port",
                        "an address for a server name",
                        "a star for every server name",
                        "a star in the middle of a server name",
                        "a server name twice",
                        "a server name that goes to a cluster that is not there",
                        "a hello that may take for ever",
                        "a timeout of nothing",
                        "headers that hold nothing",
                        "a request line as long as a book",
                        "a window that hardly opens",
                        "a check that the endpoint does not speak",
                        "a route to a cluster that is not there",
                        "a host with a port",
                        "a URL for a host",
                        "a star for every host",
                        "a star in the middle of a host",
                        "a header with a blank in its name",
                        "a header in two cases",
                        "a range that runs backwards",
                        "a URL for the Host header of a check",
                        "checks without a break",
                        "a check that waits for an hour");
    }

    private List<String> errors(String yaml) {
        return validator.validate(node(yaml).toString(), InputFormat.JSON).stream()
                .map(Object::toString)
                .toList();
    }

    /** As an editor reads YAML: numbers are numbers. */
    private JsonNode node(String yaml) {
        return json.valueToTree(new Load(LoadSettings.builder().build()).loadFromString(yaml));
    }

    private static Set<String> keys(JsonNode mapping) {
        return new TreeSet<>(mapping.get("properties").propertyNames());
    }

    private static void collect(JsonNode node, Set<String> names) {
        node.properties().forEach(property -> {
            names.add(property.getKey());
            collect(property.getValue(), names);
        });
        if (node.isArray()) {
            node.forEach(item -> collect(item, names));
        }
    }

    /** Whole configs only: those that name listeners. */
    private static List<String> samples(Path document) throws IOException {
        return Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(document))
                .results()
                .map(match -> match.group(1))
                .filter(sample -> sample.contains("listeners:"))
                .toList();
    }
}
