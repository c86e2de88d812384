package io.baton.envoy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.baton.proxy.ConfigException;
import io.baton.proxy.Words;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** One message of the bootstrap while it is being read: knows its path, which fields of it are known here, and which were read. */
final class Part {
    private final Source source;
    private final Message message;
    private final String path;
    private final Set<String> taken;

    private Part(Source source, Message message, String path, Fields fields) {
        this.source = source;
        this.message = message;
        this.path = path;
        this.taken = new HashSet<>(fields.harmless());
    }

    /** @throws ConfigException when a field is set that {@code fields} does not have */
    static Part open(Source source, Message message, String path, Fields fields) throws ConfigException {
        Part part = new Part(source, message, path, fields);
        for (FieldDescriptor field : message.getAllFields().keySet()) {
            String name = field.getName();
            if (!fields.read().contains(name) && !fields.harmless().contains(name)) {
                throw part.problem(
                        name,
                        fields.read().isEmpty()
                                ? "not supported, expected nothing here"
                                : "not supported, expected " + Words.oneOf(List.copyOf(fields.read())));
            }
        }
        source.opened(part);
        return part;
    }

    String path() {
        return path;
    }

    /** Of the whole part. */
    ConfigException problem(String problem) {
        return source.problem(path, problem);
    }

    /** Of one field of it. */
    ConfigException problem(String field, String problem) {
        return source.problem(at(field), problem);
    }

    private String at(String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    boolean has(String name) {
        FieldDescriptor field = field(name);
        return field.isRepeated()
                ? message.getRepeatedFieldCount(field) > 0
                : message.getAllFields().containsKey(field);
    }

    private FieldDescriptor field(String name) {
        FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
        if (field == null) {
            throw new IllegalArgumentException(
                    "%s has no %s".formatted(message.getDescriptorForType().getFullName(), name));
        }
        return field;
    }

    private Object take(String name) {
        taken.add(name);
        return message.getField(field(name));
    }

    /** A field of a message that may be of Envoy's class or, out of an Any, of none: so by its name. */
    private static Object inner(Message wrapper, String name) {
        FieldDescriptor field = wrapper.getDescriptorForType().findFieldByName(name);
        if (field == null) {
            throw new IllegalArgumentException(
                    "%s has no %s".formatted(wrapper.getDescriptorForType().getFullName(), name));
        }
        return wrapper.getField(field);
    }

    /** Empty when it is not set. */
    String text(String name) {
        return (String) take(name);
    }

    boolean bool(String name) {
        return (Boolean) take(name);
    }

    /** Of a wrapped one, which knows whether it was said. */
    Optional<Boolean> truth(String name) {
        Object value = take(name);
        return has(name) ? Optional.of((Boolean) inner((Message) value, "value")) : Optional.empty();
    }

    /** An unsigned number of 32 bits. */
    long number(String name) {
        return Integer.toUnsignedLong((Integer) take(name));
    }

    int signedNumber(String name) {
        return (Integer) take(name);
    }

    long bigNumber(String name) {
        return (Long) take(name);
    }

    /** A wrapped number within these bounds; empty when it is not set. */
    OptionalInt number(String name, int least, int most) throws ConfigException {
        Object value = take(name);
        if (!has(name)) {
            return OptionalInt.empty();
        }
        long number = Integer.toUnsignedLong((Integer) inner((Message) value, "value"));
        if (number < least || number > most) {
            throw problem(name, "%d, expected %d to %d".formatted(number, least, most));
        }
        return OptionalInt.of((int) number);
    }

    String choice(String name) {
        return ((EnumValueDescriptor) take(name)).getName();
    }

    List<String> texts(String name) {
        return ((List<?>) take(name)).stream().map(String.class::cast).toList();
    }

    Optional<Part> find(String name, Fields fields) throws ConfigException {
        Object value = take(name);
        return has(name) ? Optional.of(open(source, (Message) value, at(name), fields)) : Optional.empty();
    }

    Part get(String name, Fields fields, String expected) throws ConfigException {
        Optional<Part> found = find(name, fields);
        if (found.isEmpty()) {
            throw problem("no %s, expected %s".formatted(name, expected));
        }
        return found.get();
    }

    /** At most {@code most} of them. */
    List<Part> list(String name, Fields fields, int most) throws ConfigException {
        List<?> messages = (List<?>) take(name);
        if (messages.size() > most) {
            throw problem(name, "a list of %d, expected at most %d".formatted(messages.size(), most));
        }
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            parts.add(open(source, (Message) messages.get(i), "%s[%d]".formatted(at(name), i), fields));
        }
        return parts;
    }

    /** What an {@code Any} holds, which must be one of {@code choices}. */
    Part typed(String name, Fields... choices) throws ConfigException {
        Object value = take(name);
        if (!has(name)) {
            throw problem("no %s, expected one with \"@type\": %s".formatted(name, types(choices)));
        }
        return unpack((Message) value, at(name), choices);
    }

    private Part unpack(Message any, String where, Fields... choices) throws ConfigException {
        Optional<String> foreign = source.foreign(where);
        String url = foreign.orElse((String) inner(any, "type_url"));
        for (Fields choice : choices) {
            if (foreign.isEmpty() && url.equals(KnownTypes.url(choice.type()))) {
                try {
                    return open(
                            source,
                            DynamicMessage.parseFrom(choice.type(), (ByteString) inner(any, "value")),
                            where,
                            choice);
                } catch (InvalidProtocolBufferException e) {
                    throw source.problem(where, "%s, expected %s".formatted(e.getMessage(), types(choices)));
                }
            }
        }
        throw source.problem(
                where, "%s is not supported, expected %s".formatted(Words.quote(shorten(url)), types(choices)));
    }

    private static String shorten(String url) {
        return url.substring(url.lastIndexOf('/') + 1);
    }

    private static String types(Fields... choices) {
        return Words.oneOf(List.of(choices).stream()
                .map(choice -> choice.type().getFullName())
                .toList());
    }

    /** The only entry that a map of {@code Any} may have. */
    Optional<Part> entry(String name, String key, Fields choice) throws ConfigException {
        List<?> entries = (List<?>) take(name);
        Optional<Part> found = Optional.empty();
        for (Object item : entries) {
            Message entry = (Message) item;
            String where = TreeToJson.entryPath(at(name), (String) inner(entry, "key"));
            if (!inner(entry, "key").equals(key)) {
                throw source.problem(where, "not supported, expected " + key);
            }
            found = Optional.of(unpack((Message) inner(entry, "value"), where, choice));
        }
        return found;
    }

    void checkAllRead() throws ConfigException {
        for (FieldDescriptor field : message.getAllFields().keySet()) {
            if (!taken.contains(field.getName())) {
                throw problem(field.getName(), "not supported beside what else is set here, expected no such field");
            }
        }
    }

    boolean is(Fields fields) {
        return message.getDescriptorForType().equals(fields.type());
    }
}
