package io.baton;

import static io.baton.WireFields.LENGTH_DELIMITED;
import static io.baton.WireFields.VARINT;

import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Protobuf to {@link HotRestartMessage}. Of a oneof the last one counts. */
final class MessageDecoder extends WireReader {
    private MessageDecoder(byte[] bytes) {
        super(bytes);
    }

    /**
     * What the bytes say. An empty message is a {@link Request.Unknown}, as Envoy takes it.
     *
     * @throws HotRestartException when they are no protobuf
     */
    static HotRestartMessage decode(byte[] bytes) throws HotRestartException {
        try {
            return new MessageDecoder(bytes).message();
        } catch (IOException e) {
            throw new HotRestartException(
                    "malformed hot restart message of %d bytes: %s".formatted(bytes.length, e.getMessage()), e);
        }
    }

    private HotRestartMessage message() throws IOException {
        HotRestartMessage message = new Request.Unknown(0);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (WireFields.REQUEST << 3) | LENGTH_DELIMITED -> message = request();
                case (WireFields.REPLY << 3) | LENGTH_DELIMITED -> message = reply();
                case (WireFields.DIDNT_RECOGNIZE << 3) | VARINT -> {
                    if (in.readBool()) {
                        message = new HotRestartMessage.NotRecognized();
                    }
                }
                default -> skip(tag);
            }
        }
        return message;
    }

    private Request request() throws IOException {
        Request request = new Request.Unknown(0);
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (WireFields.PASS_LISTEN_SOCKET << 3) | LENGTH_DELIMITED -> request = passListenSocket();
                case (WireFields.SHUTDOWN_ADMIN << 3) | LENGTH_DELIMITED ->
                    request = empty(new Request.ShutdownAdmin());
                case (WireFields.STATS << 3) | LENGTH_DELIMITED -> request = empty(new Request.Stats());
                case (WireFields.DRAIN_LISTENERS << 3) | LENGTH_DELIMITED ->
                    request = empty(new Request.DrainListeners());
                case (WireFields.TERMINATE << 3) | LENGTH_DELIMITED -> request = empty(new Request.Terminate());
                case (WireFields.FORWARDED_UDP_PACKET << 3) | LENGTH_DELIMITED -> request = udpPacket();
                case (WireFields.TEST_CONNECTION << 3) | LENGTH_DELIMITED ->
                    request = empty(new Request.TestConnection());
                case (WireFields.HANDOVER_CHANNEL << 3) | LENGTH_DELIMITED ->
                    request = empty(new Request.HandoverChannel());
                default -> {
                    skip(tag);
                    if (request instanceof Request.Unknown) {
                        request = new Request.Unknown(WireFormat.getTagFieldNumber(tag));
                    }
                }
            }
        }
        leave(outer);
        return request;
    }

    private Request passListenSocket() throws IOException {
        String address = "";
        int workerIndex = 0;
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (1 << 3) | LENGTH_DELIMITED -> address = in.readStringRequireUtf8();
                case (2 << 3) | VARINT -> workerIndex = in.readUInt32();
                default -> skip(tag);
            }
        }
        leave(outer);
        return new Request.PassListenSocket(address, workerIndex);
    }

    private Request udpPacket() throws IOException {
        String localAddress = "";
        String peerAddress = "";
        long receivedEpochMicros = 0;
        byte[] payload = {};
        int workerIndex = 0;
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (1 << 3) | LENGTH_DELIMITED -> localAddress = in.readStringRequireUtf8();
                case (2 << 3) | LENGTH_DELIMITED -> peerAddress = in.readStringRequireUtf8();
                case (3 << 3) | VARINT -> receivedEpochMicros = in.readUInt64();
                case (4 << 3) | LENGTH_DELIMITED -> payload = in.readByteArray();
                case (5 << 3) | VARINT -> workerIndex = in.readUInt32();
                default -> skip(tag);
            }
        }
        leave(outer);
        return new Request.ForwardedUdpPacket(localAddress, peerAddress, receivedEpochMicros, payload, workerIndex);
    }

    private Reply reply() throws IOException {
        Reply reply = new Reply.Unknown(0);
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (WireFields.PASS_LISTEN_SOCKET << 3) | LENGTH_DELIMITED -> reply = passedListenSocket();
                case (WireFields.SHUTDOWN_ADMIN << 3) | LENGTH_DELIMITED -> reply = adminShutDown();
                case (WireFields.STATS << 3) | LENGTH_DELIMITED -> reply = stats();
                case (WireFields.HANDOVER_CHANNEL << 3) | LENGTH_DELIMITED ->
                    reply = empty(new Reply.HandoverChannel());
                default -> {
                    skip(tag);
                    if (reply instanceof Reply.Unknown) {
                        reply = new Reply.Unknown(WireFormat.getTagFieldNumber(tag));
                    }
                }
            }
        }
        leave(outer);
        return reply;
    }

    private Reply passedListenSocket() throws IOException {
        return new Reply.PassListenSocket(only(VARINT, 0, in::readInt32));
    }

    private Reply adminShutDown() throws IOException {
        long originalStart = 0;
        boolean reusePort = false;
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (1 << 3) | VARINT -> originalStart = in.readUInt64();
                case (2 << 3) | VARINT -> reusePort = in.readBool();
                default -> skip(tag);
            }
        }
        leave(outer);
        return new Reply.ShutdownAdmin(originalStart, reusePort);
    }

    private Reply stats() throws IOException {
        long memory = 0;
        long connections = 0;
        Map<String, Long> counterDeltas = new LinkedHashMap<>();
        Map<String, Long> gauges = new LinkedHashMap<>();
        Map<String, List<Reply.Span>> dynamics = new LinkedHashMap<>();
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (1 << 3) | VARINT -> memory = in.readUInt64();
                case (2 << 3) | VARINT -> connections = in.readUInt64();
                case (3 << 3) | LENGTH_DELIMITED -> longEntry(counterDeltas);
                case (4 << 3) | LENGTH_DELIMITED -> longEntry(gauges);
                case (5 << 3) | LENGTH_DELIMITED -> spansEntry(dynamics);
                default -> skip(tag);
            }
        }
        leave(outer);
        return new Reply.Stats(memory, connections, counterDeltas, gauges, dynamics);
    }

    private void longEntry(Map<String, Long> map) throws IOException {
        String key = "";
        long value = 0;
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (1 << 3) | LENGTH_DELIMITED -> key = in.readStringRequireUtf8();
                case (2 << 3) | VARINT -> value = in.readUInt64();
                default -> skip(tag);
            }
        }
        leave(outer);
        map.put(key, value);
    }

    private void spansEntry(Map<String, List<Reply.Span>> map) throws IOException {
        String key = "";
        List<Reply.Span> spans = new ArrayList<>();
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (1 << 3) | LENGTH_DELIMITED -> key = in.readStringRequireUtf8();
                case (2 << 3) | LENGTH_DELIMITED -> spans(spans);
                default -> skip(tag);
            }
        }
        leave(outer);
        map.put(key, spans);
    }

    private void spans(List<Reply.Span> spans) throws IOException {
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (1 << 3) | LENGTH_DELIMITED -> spans.add(span());
                default -> skip(tag);
            }
        }
        leave(outer);
    }

    private Reply.Span span() throws IOException {
        int first = 0;
        int last = 0;
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (1 << 3) | VARINT -> first = in.readUInt32();
                case (2 << 3) | VARINT -> last = in.readUInt32();
                default -> skip(tag);
            }
        }
        leave(outer);
        return new Reply.Span(first, last);
    }
}
