package io.baton;

import static io.baton.WireWriter.bytes;
import static io.baton.WireWriter.nested;
import static io.baton.WireWriter.string;
import static io.baton.WireWriter.uint32;
import static io.baton.WireWriter.uint64;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@link HandoverMessage} to protobuf (proto3). Texts are cut to what the other side takes. */
final class HandoverEncoder {
    private HandoverEncoder() {}

    static byte[] encode(HandoverMessage message) {
        return switch (message) {
            case HandoverMessage.Hello hello ->
                message(HandoverFields.HELLO, body -> {
                    uint32(body, 1, hello.version());
                    uint32(body, 2, hello.epoch().value());
                    kinds(body, 3, hello.adopts());
                    uint32(body, 4, hello.fdBudget());
                });
            case HandoverMessage.Welcome welcome ->
                message(HandoverFields.WELCOME, body -> {
                    uint32(body, 1, welcome.version());
                    kinds(body, 2, welcome.adopts());
                    uint32(body, 3, welcome.fdBudget());
                    uint32(body, 4, welcome.movable());
                    for (HandoverMessage.Left left : welcome.heirlooms()) {
                        nested(body, 5, inner -> {
                            string(inner, 1, left.name());
                            inner.writeByteArray(2, left.bytes());
                        });
                    }
                });
            case HandoverMessage.Refuse(String reason) -> text(HandoverFields.REFUSE, reason);
            case HandoverMessage.Ready _ -> empty(HandoverFields.READY);
            case HandoverMessage.Offer offer -> OfferEncoder.encode(offer);
            case HandoverMessage.Accepted accepted ->
                message(HandoverFields.ACCEPTED, body -> accepted(body, accepted));
            case HandoverMessage.Exhausted(long left) -> number(HandoverFields.EXHAUSTED, left);
            case HandoverMessage.Commit _ -> empty(HandoverFields.COMMIT);
            case HandoverMessage.Committed(long left) -> number(HandoverFields.COMMITTED, left);
            case HandoverMessage.Rollback(String reason) -> text(HandoverFields.ROLLBACK, reason);
            case HandoverMessage.Budget(int fds) -> number(HandoverFields.BUDGET, fds);
            case HandoverMessage.Bye(long drained) -> number(HandoverFields.BYE, drained);
            case HandoverMessage.Abandon(String reason) -> text(HandoverFields.ABANDON, reason);
            case HandoverMessage.Unknown(int field) -> field == 0 ? new byte[0] : empty(field);
        };
    }

    private static byte[] message(int field, WireWriter.Body body) {
        return bytes(out -> nested(out, field, body));
    }

    private static byte[] empty(int field) {
        return message(field, body -> {});
    }

    private static byte[] text(int field, String text) {
        return message(field, body -> string(body, 1, cut(text)));
    }

    private static byte[] number(int field, long number) {
        return message(field, body -> uint64(body, 1, number));
    }

    private static void kinds(CodedOutputStream out, int field, List<HandoverMessage.Kind> kinds) throws IOException {
        for (HandoverMessage.Kind kind : kinds) {
            nested(out, field, body -> {
                string(body, 1, kind.name());
                uint32(body, 2, kind.oldest());
                uint32(body, 3, kind.newest());
            });
        }
    }

    private static void accepted(CodedOutputStream out, HandoverMessage.Accepted accepted) throws IOException {
        uint64(out, 1, accepted.batch());
        if (!accepted.ids().isEmpty()) {
            nested(out, 2, packed -> {
                for (long id : accepted.ids()) {
                    packed.writeUInt64NoTag(id);
                }
            });
        }
        for (HandoverMessage.Refused refused : accepted.refused()) {
            nested(out, 3, body -> {
                uint64(body, 1, refused.id());
                string(body, 2, cut(refused.why()));
            });
        }
        uint32(out, 4, accepted.fdBudget());
    }

    /** To the longest beginning that the other side takes; a character is not cut in two. */
    private static String cut(String text) {
        int end = Math.min(text.length(), HandoverMessage.MAX_TEXT_BYTES);
        while (text.substring(0, end).getBytes(StandardCharsets.UTF_8).length > HandoverMessage.MAX_TEXT_BYTES) {
            end--;
        }
        if (end > 0 && end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }
}
