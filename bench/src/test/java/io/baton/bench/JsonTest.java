package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void readsWhatItWrites() throws Exception {
        Map<String, Object> inner = new LinkedHashMap<>();
        inner.put("text", "a \"quoted\" line\nand µs");
        inner.put("number", 42L);
        inner.put("fraction", 0.25);
        inner.put("truth", true);
        Map<String, Object> object = Map.of("list", List.of(inner, 1L, "x"));
        assertThat(Json.readObject(Json.write(object))).isEqualTo(object);
    }

    @Test
    void readsTheStatusOfBaton() throws Exception {
        Map<?, ?> status = Json.readObject("""
                {"base_id": 0, "epoch": 8, "state": "serving", "handover": null, "generations": [{"pid": 4711}],
                 "last_handover": {"pause_ms": {"p50": 0.2}}}""");
        assertThat(status.get("epoch")).isEqualTo(8L);
        assertThat(status.get("handover")).isNull();
    }

    @Test
    void namesWhatIsNotJson() {
        for (String text : List.of("no baton runs in /run/baton", "[]", "", "{\"a\":")) {
            assertThatThrownBy(() -> Json.readObject(text))
                    .isInstanceOf(BenchException.class)
                    .hasMessageContaining(text);
        }
    }

    @Test
    void neverWritesWhatIsNoNumber() {
        assertThat(Json.write(Map.of("ratio", Double.NaN))).contains("null");
    }
}
