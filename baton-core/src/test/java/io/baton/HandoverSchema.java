package io.baton;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The schema in docs/protocol.md, read by protobuf itself: the oracle for our codec, and the proof that the page is true. */
final class HandoverSchema {
    private static final Path PAGE = Path.of("..", "docs", "protocol.md");
    private static final Pattern BLOCK = Pattern.compile("```proto\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern TOKEN = Pattern.compile("\\w+|[{};=]");

    static final Descriptor MESSAGE = build();

    private final Matcher tokens;

    private HandoverSchema(String text) {
        this.tokens = TOKEN.matcher(text.replaceAll("//[^\\n]*", ""));
    }

    private static Descriptor build() {
        try {
            Matcher blocks = BLOCK.matcher(Files.readString(PAGE));
            while (blocks.find()) {
                int from = blocks.group(1).indexOf("message HandoverMessage");
                if (from >= 0) {
                    DescriptorProto message = new HandoverSchema(blocks.group(1).substring(from)).message();
                    FileDescriptorProto file = FileDescriptorProto.newBuilder()
                            .setName("handover.proto")
                            .setPackage("baton")
                            .setSyntax("proto3")
                            .addMessageType(message)
                            .build();
                    return FileDescriptor.buildFrom(file, new FileDescriptor[0])
                            .findMessageTypeByName("HandoverMessage");
                }
            }
            throw new IllegalStateException(PAGE + " has no message HandoverMessage");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    private String next() {
        if (!tokens.find()) {
            throw new IllegalStateException("the schema ends early");
        }
        return tokens.group();
    }

    /** From {@code message} to its closing brace. */
    private DescriptorProto message() {
        next();
        return body(next());
    }

    private DescriptorProto body(String name) {
        DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(name);
        next();
        boolean oneof = false;
        while (true) {
            String token = next();
            switch (token) {
                case "}" -> {
                    if (!oneof) {
                        return message.build();
                    }
                    oneof = false;
                }
                case "message" -> message.addNestedType(body(next()));
                case "oneof" -> {
                    message.addOneofDecl(OneofDescriptorProto.newBuilder().setName(next()));
                    next();
                    oneof = true;
                }
                default -> message.addField(field(token, oneof));
            }
        }
    }

    private FieldDescriptorProto field(String first, boolean oneof) {
        boolean repeated = first.equals("repeated");
        String type = repeated ? next() : first;
        FieldDescriptorProto.Builder field = FieldDescriptorProto.newBuilder()
                .setName(next())
                .setLabel(repeated ? Label.LABEL_REPEATED : Label.LABEL_OPTIONAL);
        next();
        field.setNumber(Integer.parseInt(next()));
        next();
        switch (type) {
            case "uint32" -> field.setType(FieldDescriptorProto.Type.TYPE_UINT32);
            case "uint64" -> field.setType(FieldDescriptorProto.Type.TYPE_UINT64);
            case "string" -> field.setType(FieldDescriptorProto.Type.TYPE_STRING);
            case "bytes" -> field.setType(FieldDescriptorProto.Type.TYPE_BYTES);
            default ->
                field.setType(FieldDescriptorProto.Type.TYPE_MESSAGE).setTypeName(".baton.HandoverMessage." + type);
        }
        return oneof ? field.setOneofIndex(0).build() : field.build();
    }

    /** In {@code message} and all that it holds. */
    static List<Integer> unknownFields(Message message) {
        List<Integer> unknown =
                new ArrayList<>(message.getUnknownFields().asMap().keySet());
        message.getAllFields().values().forEach(value -> {
            if (value instanceof Message nested) {
                unknown.addAll(unknownFields(nested));
            } else if (value instanceof List<?> list) {
                list.forEach(element -> {
                    if (element instanceof Message nested) {
                        unknown.addAll(unknownFields(nested));
                    }
                });
            }
        });
        return unknown;
    }
}
