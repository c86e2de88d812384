package io.baton;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;

/** Envoy's hot_restart.proto, built by hand for protobuf's own codec: the oracle for ours. */
final class HotRestartSchema {
    static final Descriptor MESSAGE = build();

    private HotRestartSchema() {}

    static Descriptor request() {
        return MESSAGE.findNestedTypeByName("Request");
    }

    static Descriptor reply() {
        return MESSAGE.findNestedTypeByName("Reply");
    }

    private static Descriptor build() {
        DescriptorProto request = oneof(
                "Request",
                message("PassListenSocket")
                        .addField(field("address", 1, FieldDescriptorProto.Type.TYPE_STRING))
                        .addField(field("worker_index", 2, FieldDescriptorProto.Type.TYPE_UINT32)),
                message("ShutdownAdmin"),
                message("Stats"),
                message("DrainListeners"),
                message("Terminate"),
                message("ForwardedUdpPacket")
                        .addField(field("local_addr", 1, FieldDescriptorProto.Type.TYPE_STRING))
                        .addField(field("peer_addr", 2, FieldDescriptorProto.Type.TYPE_STRING))
                        .addField(field("receive_time_epoch_microseconds", 3, FieldDescriptorProto.Type.TYPE_UINT64))
                        .addField(field("payload", 4, FieldDescriptorProto.Type.TYPE_BYTES))
                        .addField(field("worker_index", 5, FieldDescriptorProto.Type.TYPE_UINT32)),
                message("TestConnection"),
                message("HandoverChannel"));
        DescriptorProto reply = oneof(
                        "Reply",
                        message("PassListenSocket").addField(field("fd", 1, FieldDescriptorProto.Type.TYPE_INT32)),
                        message("ShutdownAdmin")
                                .addField(field(
                                        "original_start_time_unix_seconds", 1, FieldDescriptorProto.Type.TYPE_UINT64))
                                .addField(field("enable_reuse_port_default", 2, FieldDescriptorProto.Type.TYPE_BOOL)),
                        stats(),
                        message("HandoverChannel"))
                .toBuilder()
                .addNestedType(message("Span")
                        .addField(field("first", 1, FieldDescriptorProto.Type.TYPE_UINT32))
                        .addField(field("last", 2, FieldDescriptorProto.Type.TYPE_UINT32)))
                .addNestedType(message("RepeatedSpan")
                        .addField(typed("spans", 1, ".envoy.HotRestartMessage.Reply.Span")
                                .setLabel(Label.LABEL_REPEATED)))
                .build();
        DescriptorProto top = message("HotRestartMessage")
                .addOneofDecl(OneofDescriptorProto.newBuilder().setName("requestreply"))
                .addField(
                        typed("request", 1, ".envoy.HotRestartMessage.Request").setOneofIndex(0))
                .addField(typed("reply", 2, ".envoy.HotRestartMessage.Reply").setOneofIndex(0))
                .addField(field("didnt_recognize_your_last_message", 3, FieldDescriptorProto.Type.TYPE_BOOL))
                .addNestedType(request)
                .addNestedType(reply)
                .build();
        FileDescriptorProto file = FileDescriptorProto.newBuilder()
                .setName("hot_restart.proto")
                .setPackage("envoy")
                .setSyntax("proto3")
                .addMessageType(top)
                .build();
        try {
            return FileDescriptor.buildFrom(file, new FileDescriptor[0]).findMessageTypeByName("HotRestartMessage");
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DescriptorProto.Builder stats() {
        String scope = ".envoy.HotRestartMessage.Reply.Stats.";
        return message("Stats")
                .addField(field("memory_allocated", 1, FieldDescriptorProto.Type.TYPE_UINT64))
                .addField(field("num_connections", 2, FieldDescriptorProto.Type.TYPE_UINT64))
                .addField(
                        typed("counter_deltas", 3, scope + "CounterDeltasEntry").setLabel(Label.LABEL_REPEATED))
                .addField(typed("gauges", 4, scope + "GaugesEntry").setLabel(Label.LABEL_REPEATED))
                .addField(typed("dynamics", 5, scope + "DynamicsEntry").setLabel(Label.LABEL_REPEATED))
                .addNestedType(entry("CounterDeltasEntry", field("value", 2, FieldDescriptorProto.Type.TYPE_UINT64)))
                .addNestedType(entry("GaugesEntry", field("value", 2, FieldDescriptorProto.Type.TYPE_UINT64)))
                .addNestedType(
                        entry("DynamicsEntry", typed("value", 2, ".envoy.HotRestartMessage.Reply.RepeatedSpan")));
    }

    private static DescriptorProto.Builder entry(String name, FieldDescriptorProto.Builder value) {
        return message(name)
                .setOptions(MessageOptions.newBuilder().setMapEntry(true))
                .addField(field("key", 1, FieldDescriptorProto.Type.TYPE_STRING))
                .addField(value);
    }

    /** A message whose nested messages are the choices of a oneof, numbered from 1. */
    private static DescriptorProto oneof(String name, DescriptorProto.Builder... choices) {
        DescriptorProto.Builder message =
                message(name).addOneofDecl(OneofDescriptorProto.newBuilder().setName("choice"));
        for (int i = 0; i < choices.length; i++) {
            message.addNestedType(choices[i]);
            int number = choices[i].getName().equals("HandoverChannel") ? WireFields.HANDOVER_CHANNEL : i + 1;
            message.addField(typed(
                            "f" + number,
                            number,
                            ".envoy.HotRestartMessage.%s.%s".formatted(name, choices[i].getName()))
                    .setOneofIndex(0));
        }
        return message.build();
    }

    private static DescriptorProto.Builder message(String name) {
        return DescriptorProto.newBuilder().setName(name);
    }

    private static FieldDescriptorProto.Builder field(String name, int number, FieldDescriptorProto.Type type) {
        return FieldDescriptorProto.newBuilder()
                .setName(name)
                .setNumber(number)
                .setType(type)
                .setLabel(Label.LABEL_OPTIONAL);
    }

    private static FieldDescriptorProto.Builder typed(String name, int number, String type) {
        return field(name, number, FieldDescriptorProto.Type.TYPE_MESSAGE).setTypeName(type);
    }
}
