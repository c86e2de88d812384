package io.baton;

import static io.baton.WireWriter.bytes;
import static io.baton.WireWriter.empty;
import static io.baton.WireWriter.nested;
import static io.baton.WireWriter.string;
import static io.baton.WireWriter.uint32;
import static io.baton.WireWriter.uint64;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * {@link HotRestartMessage} to protobuf (proto3), written by hand: generated descriptors would cost every start tens of milliseconds.
 * Defaults are left out, as proto3 wants it.
 */
final class MessageEncoder {
    private MessageEncoder() {}

    static byte[] encode(HotRestartMessage message) {
        return bytes(out -> {
            switch (message) {
                case Request request -> nested(out, WireFields.REQUEST, body -> request(body, request));
                case Reply reply -> nested(out, WireFields.REPLY, body -> reply(body, reply));
                case HotRestartMessage.NotRecognized ignored -> out.writeBool(WireFields.DIDNT_RECOGNIZE, true);
            }
        });
    }

    private static void request(CodedOutputStream out, Request request) throws IOException {
        switch (request) {
            case Request.PassListenSocket(String address, int workerIndex) ->
                nested(out, WireFields.PASS_LISTEN_SOCKET, body -> {
                    string(body, 1, address);
                    uint32(body, 2, workerIndex);
                });
            case Request.ShutdownAdmin ignored -> empty(out, WireFields.SHUTDOWN_ADMIN);
            case Request.Stats ignored -> empty(out, WireFields.STATS);
            case Request.DrainListeners ignored -> empty(out, WireFields.DRAIN_LISTENERS);
            case Request.Terminate ignored -> empty(out, WireFields.TERMINATE);
            case Request.ForwardedUdpPacket packet ->
                nested(out, WireFields.FORWARDED_UDP_PACKET, body -> udpPacket(body, packet));
            case Request.TestConnection ignored -> empty(out, WireFields.TEST_CONNECTION);
            case Request.HandoverChannel ignored -> empty(out, WireFields.HANDOVER_CHANNEL);
            case Request.Unknown(int field) -> unknown(out, field);
        }
    }

    private static void udpPacket(CodedOutputStream out, Request.ForwardedUdpPacket packet) throws IOException {
        string(out, 1, packet.localAddress());
        string(out, 2, packet.peerAddress());
        uint64(out, 3, packet.receivedEpochMicros());
        if (packet.payload().length > 0) {
            out.writeByteArray(4, packet.payload());
        }
        uint32(out, 5, packet.workerIndex());
    }

    private static void reply(CodedOutputStream out, Reply reply) throws IOException {
        switch (reply) {
            case Reply.PassListenSocket(int fd) ->
                nested(out, WireFields.PASS_LISTEN_SOCKET, body -> {
                    if (fd != 0) {
                        body.writeInt32(1, fd);
                    }
                });
            case Reply.ShutdownAdmin(long start, boolean reusePort) ->
                nested(out, WireFields.SHUTDOWN_ADMIN, body -> {
                    uint64(body, 1, start);
                    if (reusePort) {
                        body.writeBool(2, true);
                    }
                });
            case Reply.Stats stats -> nested(out, WireFields.STATS, body -> stats(body, stats));
            case Reply.HandoverChannel ignored -> empty(out, WireFields.HANDOVER_CHANNEL);
            case Reply.Unknown(int field) -> unknown(out, field);
        }
    }

    private static void stats(CodedOutputStream out, Reply.Stats stats) throws IOException {
        uint64(out, 1, stats.memoryAllocated());
        uint64(out, 2, stats.connections());
        longs(out, 3, stats.counterDeltas());
        longs(out, 4, stats.gauges());
        for (Map.Entry<String, List<Reply.Span>> dynamic : stats.dynamics().entrySet()) {
            nested(out, 5, entry -> {
                entry.writeString(1, dynamic.getKey());
                nested(entry, 2, spans -> spans(spans, dynamic.getValue()));
            });
        }
    }

    private static void spans(CodedOutputStream out, List<Reply.Span> spans) throws IOException {
        for (Reply.Span span : spans) {
            nested(out, 1, body -> {
                uint32(body, 1, span.first());
                uint32(body, 2, span.last());
            });
        }
    }

    /** A map entry has both fields always. */
    private static void longs(CodedOutputStream out, int field, Map<String, Long> map) throws IOException {
        for (Map.Entry<String, Long> pair : map.entrySet()) {
            nested(out, field, entry -> {
                entry.writeString(1, pair.getKey());
                entry.writeUInt64(2, pair.getValue());
            });
        }
    }

    private static void unknown(CodedOutputStream out, int field) throws IOException {
        if (field != 0) {
            empty(out, field);
        }
    }
}
