package io.baton.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON as plain values: maps, lists, strings, longs, doubles, booleans and null. For small documents of ours (control lines, the
 * lineage file), so what is read is bounded in length and depth. Thread-safe.
 */
final class Json {
    static final int MAX_LENGTH = 64 * 1024;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8)
                    .maxDocumentLength(MAX_LENGTH)
                    .maxStringLength(MAX_LENGTH)
                    .build())
            .build();

    private Json() {}

    /** One line, without its end. */
    static String write(Map<String, ? extends @Nullable Object> object) {
        StringWriter out = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(out)) {
            write(generator, object);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toString();
    }

    private static void write(JsonGenerator generator, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> generator.writeNull();
            case Map<?, ?> object -> {
                generator.writeStartObject();
                for (Map.Entry<?, ?> member : object.entrySet()) {
                    generator.writeFieldName(String.valueOf(member.getKey()));
                    write(generator, member.getValue());
                }
                generator.writeEndObject();
            }
            case Iterable<?> array -> {
                generator.writeStartArray();
                for (Object element : array) {
                    write(generator, element);
                }
                generator.writeEndArray();
            }
            case Boolean truth -> generator.writeBoolean(truth);
            case Double number -> generator.writeNumber(number);
            case Number number -> generator.writeNumber(number.longValue());
            default -> generator.writeString(value.toString());
        }
    }

    /**
     * Reads one object, with its members in order.
     *
     * @throws JsonException on anything else, in words for the user
     */
    static Map<String, @Nullable Object> readObject(String text) throws JsonException {
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new JsonException("expected a JSON object");
            }
            Map<String, @Nullable Object> object = readMembers(parser);
            if (parser.nextToken() != null) {
                throw new JsonException("expected nothing after the JSON object");
            }
            return object;
        } catch (JsonParseException e) {
            throw new JsonException(
                    "not JSON: column %d: %s".formatted(e.getLocation().getColumnNr(), e.getOriginalMessage()));
        } catch (IOException e) {
            throw new JsonException("not JSON that Baton reads: " + e.getMessage());
        }
    }

    /** The members of an object that {@link #readObject} made, nested in another one. */
    static Map<String, @Nullable Object> members(Map<?, ?> object) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        object.forEach((name, value) -> members.put(String.valueOf(name), value));
        return members;
    }

    private static Map<String, @Nullable Object> readMembers(JsonParser parser) throws IOException {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            members.put(name, readValue(parser, parser.nextToken()));
        }
        return members;
    }

    private static @Nullable Object readValue(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case START_OBJECT -> readMembers(parser);
            case START_ARRAY -> {
                List<@Nullable Object> array = new ArrayList<>();
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    array.add(readValue(parser, next));
                }
                yield array;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                throw new JsonParseException(parser, "unexpected " + token);
        };
    }

    /** Text that is not the JSON it should be. */
    static final class JsonException extends Exception {
        private static final long serialVersionUID = 1L;

        JsonException(String message) {
            super(message);
        }
    }
}
