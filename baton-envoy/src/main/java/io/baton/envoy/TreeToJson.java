package io.baton.envoy;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.OneofDescriptor;
import io.baton.proxy.ConfigException;
import io.baton.proxy.Words;
import io.baton.proxy.Yaml;
import io.baton.proxy.Yaml.Entry;
import io.baton.proxy.Yaml.Mapping;
import io.baton.proxy.Yaml.Scalar;
import io.baton.proxy.Yaml.Sequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes a tree as the JSON that protobuf reads, beside the descriptors of Envoy's messages: protobuf would refuse a field it does not
 * know too, but could not say where it stands. A name is good in snake_case and in lowerCamelCase, an enum's in upper and lower case
 * (Envoy's rule), and a key with nothing after it is as if it were not there.
 */
final class TreeToJson {
    private static final String TYPE = "@type";

    private final Source source;
    private final JsonGenerator out;

    TreeToJson(Source source, JsonGenerator out) {
        this.source = source;
        this.out = out;
    }

    void message(Yaml node, Descriptor type, String path) throws ConfigException, IOException {
        source.wrote(path, node.at());
        switch (type.getFullName()) {
            case "google.protobuf.Any" -> any(mapping(node, type, path), path);
            case "google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue" -> anything(node);
            case "google.protobuf.Duration", "google.protobuf.Timestamp", "google.protobuf.FieldMask" ->
                new Scalars(source, out).wellKnown(scalar(node, type.getName(), path), type, path);
            case "google.protobuf.BoolValue",
                    "google.protobuf.StringValue",
                    "google.protobuf.BytesValue",
                    "google.protobuf.DoubleValue",
                    "google.protobuf.FloatValue",
                    "google.protobuf.Int32Value",
                    "google.protobuf.Int64Value",
                    "google.protobuf.UInt32Value",
                    "google.protobuf.UInt64Value" -> value(node, type.findFieldByName("value"), path);
            default -> {
                out.writeStartObject();
                fields(mapping(node, type, path).entries(), type, path);
                out.writeEndObject();
            }
        }
    }

    private void any(Mapping mapping, String path) throws ConfigException, IOException {
        Optional<Entry> typeEntry = mapping.entries().stream()
                .filter(entry -> entry.key().text().equals(TYPE))
                .findFirst();
        if (typeEntry.isEmpty()) {
            throw source.problem(path, "no \"@type\", expected it: the name of an extension's message");
        }
        Scalar url = scalar(typeEntry.get().value(), TYPE, path);
        Optional<Descriptor> type = KnownTypes.find(url.text());
        out.writeStartObject();
        if (type.isPresent()) {
            out.writeStringField(TYPE, KnownTypes.url(type.get()));
            List<Entry> fields = new ArrayList<>(mapping.entries());
            fields.remove(typeEntry.get());
            fields(fields, type.get(), path);
        } else {
            // Whoever gets there says that it is not supported; perhaps something around it is not, which is said
            // first.
            source.foreign(path, url.text());
        }
        out.writeEndObject();
    }

    private void fields(List<Entry> entries, Descriptor type, String path) throws ConfigException, IOException {
        Map<String, String> seen = new HashMap<>();
        for (Entry entry : entries) {
            String key = entry.key().text();
            FieldDescriptor field = field(type, key);
            if (field == null) {
                throw unknown(entry, type, path);
            }
            String child = path.isEmpty() ? field.getName() : path + "." + field.getName();
            source.wrote(child, entry.value().at());
            if (entry.value() instanceof Scalar scalar && scalar.isNothing()) {
                continue;
            }
            if (seen.put(field.getName(), key) != null) {
                throw source.problem(child, "a second time, as %s, expected it once".formatted(Words.quote(key)));
            }
            OneofDescriptor oneof = field.getRealContainingOneof();
            String other = oneof == null ? null : seen.put("oneof " + oneof.getName(), field.getName());
            if (other != null) {
                throw source.problem(child, "beside %s, expected one of the two".formatted(other));
            }
            out.writeFieldName(field.getName());
            field(entry.value(), field, child);
        }
    }

    private static @Nullable FieldDescriptor field(Descriptor type, String key) {
        for (FieldDescriptor field : type.getFields()) {
            if (field.getName().equals(key) || field.getJsonName().equals(key)) {
                return field;
            }
        }
        return null;
    }

    private ConfigException unknown(Entry entry, Descriptor type, String path) {
        String key = entry.key().text();
        List<String> names =
                type.getFields().stream().map(FieldDescriptor::getName).toList();
        return source.problemAt(
                entry.key().at(),
                path,
                "unknown field %s, expected one of %s%s"
                        .formatted(Words.quote(key), type.getFullName(), Words.didYouMean(key, names)));
    }

    private void field(Yaml node, FieldDescriptor field, String path) throws ConfigException, IOException {
        if (field.isMapField()) {
            map(node, field, path);
        } else if (field.isRepeated()) {
            if (!(node instanceof Sequence sequence)) {
                throw source.problem(path, "%s, expected a list".formatted(node.describe()));
            }
            out.writeStartArray();
            for (int i = 0; i < sequence.items().size(); i++) {
                value(sequence.items().get(i), field, "%s[%d]".formatted(path, i));
            }
            out.writeEndArray();
        } else {
            value(node, field, path);
        }
    }

    private void map(Yaml node, FieldDescriptor field, String path) throws ConfigException, IOException {
        if (!(node instanceof Mapping mapping)) {
            throw source.problem(path, "%s, expected a mapping".formatted(node.describe()));
        }
        FieldDescriptor value = field.getMessageType().findFieldByName("value");
        out.writeStartObject();
        for (Entry entry : mapping.entries()) {
            out.writeFieldName(entry.key().text());
            value(entry.value(), value, entryPath(path, entry.key().text()));
        }
        out.writeEndObject();
    }

    static String entryPath(String path, String key) {
        return "%s[%s]".formatted(path, Words.quote(key));
    }

    private void value(Yaml node, FieldDescriptor field, String path) throws ConfigException, IOException {
        source.wrote(path, node.at());
        if (field.getJavaType() == JavaType.MESSAGE) {
            message(node, field.getMessageType(), path);
        } else {
            new Scalars(source, out).value(scalar(node, Scalars.form(field), path), field, path);
        }
    }

    /** What a Struct holds: Envoy passes it to extensions. */
    private void anything(Yaml node) throws IOException {
        switch (node) {
            case Scalar scalar -> {
                if (scalar.isNothing()) {
                    out.writeNull();
                } else {
                    out.writeString(scalar.text());
                }
            }
            case Sequence sequence -> {
                out.writeStartArray();
                for (Yaml item : sequence.items()) {
                    anything(item);
                }
                out.writeEndArray();
            }
            case Mapping mapping -> {
                out.writeStartObject();
                for (Entry entry : mapping.entries()) {
                    out.writeFieldName(entry.key().text());
                    anything(entry.value());
                }
                out.writeEndObject();
            }
        }
    }

    private Mapping mapping(Yaml node, Descriptor type, String path) throws ConfigException {
        if (node instanceof Mapping mapping) {
            return mapping;
        }
        throw source.problem(path, "%s, expected a mapping, %s".formatted(node.describe(), type.getFullName()));
    }

    private Scalar scalar(Yaml node, String expected, String path) throws ConfigException {
        if (node instanceof Scalar scalar && !scalar.isNothing()) {
            return scalar;
        }
        throw source.problem(path, "%s, expected %s".formatted(node.describe(), expected));
    }
}
