package io.baton;

import static io.baton.WireFields.LENGTH_DELIMITED;
import static io.baton.WireFields.VARINT;

import com.google.protobuf.WireFormat;
import io.baton.spi.ConnectionKind;
import io.baton.spi.Heirloom;
import io.baton.spi.Snapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Protobuf to {@link HandoverMessage}. Every list and length has its limit. */
final class HandoverDecoder extends WireReader {
    /** Of the connection before: nearly always that of the next one too. */
    private @Nullable ConnectionKind kind;

    private HandoverDecoder(byte[] bytes) {
        super(bytes);
    }

    /**
     * @throws HotRestartException when the bytes are no protobuf, or say what no message may
     */
    static HandoverMessage decode(byte[] bytes) throws HotRestartException {
        try {
            return new HandoverDecoder(bytes).message();
        } catch (IOException | IllegalArgumentException e) {
            throw new HotRestartException(
                    "malformed handover message of %d bytes: %s".formatted(bytes.length, e.getMessage()), e);
        }
    }

    private HandoverMessage message() throws IOException {
        HandoverMessage message = new HandoverMessage.Unknown(0);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            int field = WireFormat.getTagFieldNumber(tag);
            if (WireFormat.getTagWireType(tag) != LENGTH_DELIMITED) {
                skip(tag);
                continue;
            }
            message = switch (field) {
                case HandoverFields.HELLO -> hello();
                case HandoverFields.WELCOME -> welcome();
                case HandoverFields.REFUSE -> new HandoverMessage.Refuse(text());
                case HandoverFields.READY -> empty(new HandoverMessage.Ready());
                case HandoverFields.OFFER -> offer();
                case HandoverFields.ACCEPTED -> accepted();
                case HandoverFields.EXHAUSTED -> new HandoverMessage.Exhausted(number());
                case HandoverFields.COMMIT -> empty(new HandoverMessage.Commit());
                case HandoverFields.COMMITTED -> new HandoverMessage.Committed(number());
                case HandoverFields.ROLLBACK -> new HandoverMessage.Rollback(text());
                case HandoverFields.BUDGET -> new HandoverMessage.Budget(count(number(), Integer.MAX_VALUE, "fds"));
                case HandoverFields.BYE -> new HandoverMessage.Bye(number());
                case HandoverFields.ABANDON -> new HandoverMessage.Abandon(text());
                default -> {
                    skip(tag);
                    yield message instanceof HandoverMessage.Unknown ? new HandoverMessage.Unknown(field) : message;
                }
            };
        }
        return message;
    }

    private HandoverMessage hello() throws IOException {
        int version = 0;
        int epoch = 0;
        int fdBudget = 0;
        List<HandoverMessage.Kind> adopts = new ArrayList<>();
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (1 << 3) | VARINT -> version = natural("version");
                case (2 << 3) | VARINT -> epoch = natural("epoch");
                case (3 << 3) | LENGTH_DELIMITED -> add(adopts, kind(), HandoverMessage.MAX_KINDS, "kinds");
                case (4 << 3) | VARINT -> fdBudget = natural("fd budget");
                default -> skip(tag);
            }
        }
        leave(outer);
        return new HandoverMessage.Hello(version, new RestartEpoch(epoch), List.copyOf(adopts), fdBudget);
    }

    private HandoverMessage welcome() throws IOException {
        int version = 0;
        int fdBudget = 0;
        int movable = 0;
        List<HandoverMessage.Left> heirlooms = new ArrayList<>();
        List<HandoverMessage.Kind> adopts = new ArrayList<>();
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (1 << 3) | VARINT -> version = natural("version");
                case (2 << 3) | LENGTH_DELIMITED -> add(adopts, kind(), HandoverMessage.MAX_KINDS, "kinds");
                case (3 << 3) | VARINT -> fdBudget = natural("fd budget");
                case (4 << 3) | VARINT -> movable = natural("movable");
                case (5 << 3) | LENGTH_DELIMITED ->
                    add(heirlooms, heirloom(), HandoverMessage.MAX_HEIRLOOMS, "heirlooms");
                default -> skip(tag);
            }
        }
        leave(outer);
        return new HandoverMessage.Welcome(version, List.copyOf(adopts), fdBudget, movable, List.copyOf(heirlooms));
    }

    private HandoverMessage.Left heirloom() throws IOException {
        String name = "";
        byte[] bytes = {};
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (1 << 3) | LENGTH_DELIMITED -> name = string(Heirloom.MAX_NAME_BYTES);
                case (2 << 3) | LENGTH_DELIMITED -> {
                    bytes = in.readByteArray();
                    count(bytes.length, Heirloom.MAX_BYTES, "bytes of an heirloom");
                }
                default -> skip(tag);
            }
        }
        leave(outer);
        return new HandoverMessage.Left(name, bytes);
    }

    private HandoverMessage.Kind kind() throws IOException {
        String name = "";
        int oldest = 0;
        int newest = 0;
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (1 << 3) | LENGTH_DELIMITED -> name = string(ConnectionKind.MAX_NAME_BYTES);
                case (2 << 3) | VARINT -> oldest = natural("oldest version");
                case (3 << 3) | VARINT -> newest = natural("newest version");
                default -> skip(tag);
            }
        }
        leave(outer);
        return new HandoverMessage.Kind(name, oldest, newest);
    }

    private HandoverMessage offer() throws IOException {
        long batch = 0;
        long quiescedNanos = 0;
        List<HandoverMessage.Offered> connections = new ArrayList<>();
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (1 << 3) | VARINT -> batch = in.readUInt64();
                case (2 << 3) | VARINT -> quiescedNanos = in.readUInt64();
                case (3 << 3) | LENGTH_DELIMITED ->
                    add(connections, offered(), HandoverMessage.MAX_CONNECTIONS, "connections");
                default -> skip(tag);
            }
        }
        leave(outer);
        return new HandoverMessage.Offer(batch, quiescedNanos, List.copyOf(connections));
    }

    private HandoverMessage.Offered offered() throws IOException {
        long id = 0;
        String name = "";
        int version = 0;
        int fds = 0;
        byte[] snapshot = {};
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (1 << 3) | VARINT -> id = in.readUInt64();
                case (2 << 3) | LENGTH_DELIMITED -> name = string(ConnectionKind.MAX_NAME_BYTES);
                case (3 << 3) | VARINT -> version = natural("version");
                case (4 << 3) | VARINT -> fds = count(in.readUInt32(), Snapshot.MAX_FDS, "fds");
                case (5 << 3) | LENGTH_DELIMITED -> snapshot = snapshot();
                default -> skip(tag);
            }
        }
        leave(outer);
        return new HandoverMessage.Offered(id, kind(name, version), fds, snapshot);
    }

    private ConnectionKind kind(String name, int version) {
        ConnectionKind before = kind;
        if (before != null && before.version() == version && before.name().equals(name)) {
            return before;
        }
        ConnectionKind fresh = new ConnectionKind(name, version);
        kind = fresh;
        return fresh;
    }

    private byte[] snapshot() throws IOException {
        byte[] bytes = in.readByteArray();
        count(bytes.length, Snapshot.MAX_BYTES, "bytes of a snapshot");
        return bytes;
    }

    private HandoverMessage accepted() throws IOException {
        long batch = 0;
        int fdBudget = 0;
        List<Long> ids = new ArrayList<>();
        List<HandoverMessage.Refused> refused = new ArrayList<>();
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (1 << 3) | VARINT -> batch = in.readUInt64();
                case (2 << 3) | LENGTH_DELIMITED -> packedIds(ids);
                case (2 << 3) | VARINT -> add(ids, in.readUInt64(), HandoverMessage.MAX_CONNECTIONS, "ids");
                case (3 << 3) | LENGTH_DELIMITED ->
                    add(refused, refused(), HandoverMessage.MAX_CONNECTIONS, "refused connections");
                case (4 << 3) | VARINT -> fdBudget = natural("fd budget");
                default -> skip(tag);
            }
        }
        leave(outer);
        return new HandoverMessage.Accepted(batch, List.copyOf(ids), List.copyOf(refused), fdBudget);
    }

    private void packedIds(List<Long> ids) throws IOException {
        int outer = enter();
        while (!in.isAtEnd()) {
            add(ids, in.readUInt64(), HandoverMessage.MAX_CONNECTIONS, "ids");
        }
        leave(outer);
    }

    private HandoverMessage.Refused refused() throws IOException {
        long id = 0;
        String why = "";
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (1 << 3) | VARINT -> id = in.readUInt64();
                case (2 << 3) | LENGTH_DELIMITED -> why = string(HandoverMessage.MAX_TEXT_BYTES);
                default -> skip(tag);
            }
        }
        leave(outer);
        return new HandoverMessage.Refused(id, why);
    }

    /** A message of one string. */
    private String text() throws IOException {
        return only(LENGTH_DELIMITED, "", () -> string(HandoverMessage.MAX_TEXT_BYTES));
    }

    /** A message of one number. */
    private long number() throws IOException {
        return only(VARINT, 0L, in::readUInt64);
    }

    private static <T> void add(List<T> list, T one, int max, String what) throws IOException {
        count(list.size() + 1L, max, what);
        list.add(one);
    }

    private int natural(String what) throws IOException {
        return count(in.readUInt32(), Integer.MAX_VALUE, what);
    }

    private static int count(long number, int max, String what) throws IOException {
        if (number < 0 || number > max) {
            throw new IOException("%s: %s, expected at most %d".formatted(what, Long.toUnsignedString(number), max));
        }
        return (int) number;
    }

    private String string(int maxBytes) throws IOException {
        String text = in.readStringRequireUtf8();
        count(text.getBytes(StandardCharsets.UTF_8).length, maxBytes, "bytes of a text");
        return text;
    }
}
