package io.baton.envoy;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.baton.proxy.ConfigException;
import io.baton.proxy.Words;
import io.baton.proxy.Yaml.Scalar;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Single values, by the types that fields have: as Envoy's YAML, where an unquoted yes is a truth and an unquoted 5 a number. */
final class Scalars {
    private static final Set<String> TRUE = Set.of("true", "yes", "y", "on");
    private static final Set<String> FALSE = Set.of("false", "no", "n", "off");
    private static final String NUMBER = "[-+]?(?:[0-9]{1,40}\\.?[0-9]{0,40}|\\.[0-9]{1,40})(?:[eE][-+]?[0-9]{1,3})?";

    /** protobuf's JSON form; three hundred centuries are enough for everybody. */
    private static final String DURATION = "-?[0-9]{1,12}(?:\\.[0-9]{1,9})?s";

    private final Source source;
    private final JsonGenerator out;

    Scalars(Source source, JsonGenerator out) {
        this.source = source;
        this.out = out;
    }

    /** What a message says is expected. */
    static String form(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case INT, LONG -> "a whole number";
            case FLOAT, DOUBLE -> "a number";
            case BOOLEAN -> "true or false";
            case ENUM ->
                Words.oneOf(field.getEnumType().getValues().stream()
                        .filter(value -> !value.getOptions().getDeprecated())
                        .map(EnumValueDescriptor::getName)
                        .limit(12)
                        .toList());
            case STRING -> "text";
            case BYTE_STRING -> "bytes in base64";
            case MESSAGE -> "a mapping";
        };
    }

    void value(Scalar scalar, FieldDescriptor field, String path) throws ConfigException, IOException {
        String text = scalar.text();
        switch (field.getJavaType()) {
            case INT, LONG -> {
                if (!text.matches("[-+]?[0-9]{1,20}") || !fits(new BigInteger(text), field)) {
                    throw wrong(scalar, field, path);
                }
                out.writeNumber(new BigInteger(text));
            }
            case FLOAT, DOUBLE -> {
                if (!text.matches(NUMBER)) {
                    throw wrong(scalar, field, path);
                }
                out.writeNumber(Double.toString(Double.parseDouble(text)));
            }
            case BOOLEAN -> {
                if (!isTruth(scalar)) {
                    throw wrong(scalar, field, path);
                }
                out.writeBoolean(TRUE.contains(text.toLowerCase(Locale.ROOT)));
            }
            case ENUM -> out.writeString(enumValue(scalar, field, path));
            case STRING -> {
                if (isTruth(scalar) || (scalar.plain() && text.matches("[-+]?[0-9]{1,18}"))) {
                    throw source.problem(
                            path, "%s without quotes is no text in YAML, expected quotes".formatted(Words.quote(text)));
                }
                out.writeString(text);
            }
            case BYTE_STRING -> {
                try {
                    out.writeString(Base64.getEncoder()
                            .encodeToString(Base64.getDecoder().decode(text)));
                } catch (IllegalArgumentException e) {
                    throw wrong(scalar, field, path);
                }
            }
            case MESSAGE -> throw new IllegalStateException(field.getFullName());
        }
    }

    /** Durations, and what is written as text but has a form that only protobuf's parser knows. */
    void wellKnown(Scalar scalar, Descriptor type, String path) throws ConfigException, IOException {
        if (type.getName().equals("Duration") && !scalar.text().matches(DURATION)) {
            throw source.problem(
                    path, "%s, expected a duration in seconds such as 5s or 0.25s".formatted(scalar.describe()));
        }
        out.writeString(scalar.text());
    }

    private String enumValue(Scalar scalar, FieldDescriptor field, String path) throws ConfigException {
        String text = scalar.text();
        List<EnumValueDescriptor> values = field.getEnumType().getValues();
        for (EnumValueDescriptor value : values) {
            if (value.getName().equalsIgnoreCase(text)
                    || Integer.toString(value.getNumber()).equals(text)) {
                return value.getName();
            }
        }
        throw wrong(scalar, field, path);
    }

    private ConfigException wrong(Scalar scalar, FieldDescriptor field, String path) {
        return source.problem(path, "%s, expected %s".formatted(scalar.describe(), form(field)));
    }

    private static boolean isTruth(Scalar scalar) {
        String text = scalar.text().toLowerCase(Locale.ROOT);
        return scalar.plain() && (TRUE.contains(text) || FALSE.contains(text));
    }

    private static boolean fits(BigInteger number, FieldDescriptor field) {
        return switch (field.getType()) {
            case UINT32, FIXED32 -> number.signum() >= 0 && number.bitLength() <= 32;
            case UINT64, FIXED64 -> number.signum() >= 0 && number.bitLength() <= 64;
            case INT32, SINT32, SFIXED32 -> number.bitLength() <= 31;
            default -> number.bitLength() <= 63;
        };
    }
}
