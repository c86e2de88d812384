package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.UnknownFieldSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Our codec against protobuf's own, byte for byte and in both directions. */
class MessageCodecTest {

    @Provide
    Arbitrary<HotRestartMessage> messages() {
        Arbitrary<String> strings = Arbitraries.strings().ofMaxLength(20).filter(MessageCodecTest::isUnicode);
        Arbitrary<Integer> ints = Arbitraries.integers();
        Arbitrary<Long> longs = Arbitraries.longs();
        Arbitrary<Map<String, Long>> maps = Arbitraries.maps(strings, longs).ofMaxSize(8);
        Arbitrary<List<Reply.Span>> spans =
                Combinators.combine(ints, ints).as(Reply.Span::new).list().ofMaxSize(4);
        return Arbitraries.oneOf(
                Arbitraries.of(
                        new Request.ShutdownAdmin(),
                        new Request.Stats(),
                        new Request.DrainListeners(),
                        new Request.Terminate(),
                        new Request.TestConnection(),
                        new Request.HandoverChannel(),
                        new Reply.HandoverChannel(),
                        new HotRestartMessage.NotRecognized()),
                Combinators.combine(strings, ints).as(Request.PassListenSocket::new),
                ints.map(Reply.PassListenSocket::new),
                Combinators.combine(longs, Arbitraries.of(true, false)).as(Reply.ShutdownAdmin::new),
                Combinators.combine(
                                longs,
                                longs,
                                maps,
                                maps,
                                Arbitraries.maps(strings, spans).ofMaxSize(4))
                        .as(Reply.Stats::new));
    }

    private static boolean isUnicode(String text) {
        return text.chars().noneMatch(unit -> Character.isSurrogate((char) unit));
    }

    @Property
    void encodesAsProtobufDoes(@ForAll("messages") HotRestartMessage message) {
        assertThat(MessageEncoder.encode(message)).isEqualTo(oracle(message).toByteArray());
    }

    @Property
    void decodesWhatProtobufEncodes(@ForAll("messages") HotRestartMessage message) throws Exception {
        assertThat(MessageDecoder.decode(oracle(message).toByteArray())).isEqualTo(message);
    }

    @Property
    void forwardedPacketsAreEncodedAsProtobufDoes(@ForAll byte[] payload, @ForAll long micros, @ForAll int workerIndex)
            throws Exception {
        Request.ForwardedUdpPacket packet =
                new Request.ForwardedUdpPacket("udp://1.2.3.4:5", "udp://[::1]:53", micros, payload, workerIndex);
        byte[] bytes = oracle(packet).toByteArray();

        assertThat(MessageEncoder.encode(packet)).isEqualTo(bytes);
        assertThat(MessageDecoder.decode(bytes)).usingRecursiveComparison().isEqualTo(packet);
    }

    @Property
    void unknownFieldsAreSkipped(@ForAll("messages") HotRestartMessage message) throws Exception {
        UnknownFieldSet future = UnknownFieldSet.newBuilder()
                .addField(
                        77,
                        UnknownFieldSet.Field.newBuilder()
                                .addVarint(1)
                                .addFixed32(2)
                                .addFixed64(3)
                                .build())
                .addField(
                        78,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8("x"))
                                .build())
                .addField(
                        79,
                        UnknownFieldSet.Field.newBuilder()
                                .addGroup(UnknownFieldSet.getDefaultInstance())
                                .build())
                .build();
        byte[] bytes =
                oracle(message).toBuilder().setUnknownFields(future).build().toByteArray();

        assertThat(MessageDecoder.decode(bytes)).isEqualTo(message);
    }

    @Property
    void anythingElseIsMalformedOrAMessageButNeverACrash(@ForAll byte[] bytes) {
        try {
            assertThat(MessageDecoder.decode(bytes)).isNotNull();
        } catch (HotRestartException e) {
            assertThat(e).hasMessageStartingWith("malformed hot restart message of %d bytes: ".formatted(bytes.length));
        }
    }

    @Example
    void anExtensionRequestIsSeenAsUnknownWithItsNumber() throws Exception {
        assertThat(MessageDecoder.decode(MessageEncoder.encode(new Request.Unknown(101))))
                .isEqualTo(new Request.Unknown(101));
        assertThat(MessageDecoder.decode(new byte[0])).isEqualTo(new Request.Unknown(0));
    }

    @Example
    void aMessageThatEndsEarlyIsMalformed() {
        byte[] whole = MessageEncoder.encode(new Request.PassListenSocket("tcp://127.0.0.1:80", 1));

        assertThatThrownBy(() -> MessageDecoder.decode(java.util.Arrays.copyOf(whole, whole.length - 1)))
                .isInstanceOf(HotRestartException.class)
                .hasMessageContaining("malformed");
    }

    /** The same message, built with protobuf. */
    private static DynamicMessage oracle(HotRestartMessage message) {
        DynamicMessage.Builder top = DynamicMessage.newBuilder(HotRestartSchema.MESSAGE);
        switch (message) {
            case Request request -> set(top, 1, oneof(HotRestartSchema.request(), request));
            case Reply reply -> set(top, 2, oneof(HotRestartSchema.reply(), reply));
            case HotRestartMessage.NotRecognized ignored -> set(top, 3, true);
        }
        return top.build();
    }

    private static DynamicMessage oneof(Descriptor type, HotRestartMessage message) {
        DynamicMessage.Builder outer = DynamicMessage.newBuilder(type);
        switch (message) {
            case Request.PassListenSocket(String address, int worker) ->
                choose(outer, 1, Map.of(1, address, 2, worker));
            case Request.ShutdownAdmin ignored -> choose(outer, 2, Map.of());
            case Request.Stats ignored -> choose(outer, 3, Map.of());
            case Request.DrainListeners ignored -> choose(outer, 4, Map.of());
            case Request.Terminate ignored -> choose(outer, 5, Map.of());
            case Request.ForwardedUdpPacket packet ->
                choose(
                        outer,
                        6,
                        Map.of(
                                1, packet.localAddress(),
                                2, packet.peerAddress(),
                                3, packet.receivedEpochMicros(),
                                4, ByteString.copyFrom(packet.payload()),
                                5, packet.workerIndex()));
            case Request.TestConnection ignored -> choose(outer, 7, Map.of());
            case Reply.PassListenSocket(int fd) -> choose(outer, 1, Map.of(1, fd));
            case Reply.ShutdownAdmin(long start, boolean reusePort) -> choose(outer, 2, Map.of(1, start, 2, reusePort));
            case Reply.Stats stats -> stats(outer, stats);
            case Request.HandoverChannel ignored -> choose(outer, WireFields.HANDOVER_CHANNEL, Map.of());
            case Reply.HandoverChannel ignored -> choose(outer, WireFields.HANDOVER_CHANNEL, Map.of());
            case Request.Unknown _, Reply.Unknown _, HotRestartMessage.NotRecognized _ ->
                throw new IllegalArgumentException(message.toString());
        }
        return outer.build();
    }

    private static void stats(DynamicMessage.Builder outer, Reply.Stats stats) {
        Map<Integer, Object> fields = new LinkedHashMap<>();
        fields.put(1, stats.memoryAllocated());
        fields.put(2, stats.connections());
        Descriptor type = outer.getDescriptorForType().findNestedTypeByName("Stats");
        fields.put(3, entries(type.findFieldByNumber(3), stats.counterDeltas()));
        fields.put(4, entries(type.findFieldByNumber(4), stats.gauges()));
        Descriptor repeatedSpan = outer.getDescriptorForType().findNestedTypeByName("RepeatedSpan");
        Map<String, Object> dynamics = new LinkedHashMap<>();
        stats.dynamics().forEach((name, spans) -> {
            DynamicMessage.Builder value = DynamicMessage.newBuilder(repeatedSpan);
            FieldDescriptor field = repeatedSpan.findFieldByNumber(1);
            for (Reply.Span span : spans) {
                DynamicMessage.Builder one = DynamicMessage.newBuilder(field.getMessageType());
                set(one, 1, span.first());
                set(one, 2, span.last());
                value.addRepeatedField(field, one.build());
            }
            dynamics.put(name, value.build());
        });
        fields.put(5, entries(type.findFieldByNumber(5), dynamics));
        choose(outer, 3, fields);
    }

    private static List<DynamicMessage> entries(FieldDescriptor map, Map<String, ?> values) {
        return values.entrySet().stream()
                .map(pair -> {
                    DynamicMessage.Builder entry = DynamicMessage.newBuilder(map.getMessageType());
                    set(entry, 1, pair.getKey());
                    set(entry, 2, pair.getValue());
                    return entry.build();
                })
                .toList();
    }

    private static void choose(DynamicMessage.Builder outer, int number, Map<Integer, ?> values) {
        FieldDescriptor choice = outer.getDescriptorForType().findFieldByNumber(number);
        DynamicMessage.Builder inner = DynamicMessage.newBuilder(choice.getMessageType());
        values.forEach((field, value) -> set(inner, field, value));
        outer.setField(choice, inner.build());
    }

    private static void set(DynamicMessage.Builder message, int number, Object value) {
        message.setField(message.getDescriptorForType().findFieldByNumber(number), value);
    }
}
