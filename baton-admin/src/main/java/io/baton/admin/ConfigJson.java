package io.baton.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.baton.posix.SocketAddress;
import io.baton.proxy.Addresses;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * {@code /config_dump}: the config in use with its defaults, record by record, so that no new key can be forgotten. Values
 * of headers that routes ask for may be secrets (an Authorization, a token) and are never shown.
 */
final class ConfigJson {
    private static final String HIDDEN = "[redacted]";

    private ConfigJson() {}

    static String of(Record config) {
        return EnvoyJson.pretty(json -> {
            json.writeStartObject();
            json.writeFieldName("config");
            value(json, config);
            json.writeEndObject();
        });
    }

    private static void value(JsonGenerator json, Object value) throws IOException {
        switch (value) {
            case SocketAddress address -> json.writeString(Addresses.format(address));
            case Record each -> fields(json, each);
            case Optional<?> maybe -> nullable(json, maybe.orElse(null));
            case OptionalInt maybe -> nullable(json, maybe.isPresent() ? maybe.getAsInt() : null);
            case Collection<?> items -> {
                json.writeStartArray();
                for (Object item : items) {
                    value(json, item);
                }
                json.writeEndArray();
            }
            case Map<?, ?> headers -> {
                json.writeStartObject();
                for (Object name : headers.keySet()) {
                    json.writeStringField(String.valueOf(name), HIDDEN);
                }
                json.writeEndObject();
            }
            case Duration duration -> json.writeString(duration.toMillis() + "ms");
            case Integer number -> json.writeNumber(number);
            case Boolean flag -> json.writeBoolean(flag);
            case Enum<?> word -> json.writeString(word.name().toLowerCase(Locale.ROOT));
            case String text -> json.writeString(text);
            case Path path -> json.writeString(path.toString());
            default -> json.writeString(HIDDEN); // a type nobody thought of is no reason to show it
        }
    }

    private static void nullable(JsonGenerator json, @Nullable Object value) throws IOException {
        if (value == null) {
            json.writeNull();
        } else {
            value(json, value);
        }
    }

    private static void fields(JsonGenerator json, Record each) throws IOException {
        json.writeStartObject();
        for (RecordComponent component : each.getClass().getRecordComponents()) {
            json.writeFieldName(snakeCase(component.getName()));
            try {
                nullable(json, component.getAccessor().invoke(each));
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException("%s cannot be read".formatted(component), e);
            }
        }
        json.writeEndObject();
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
