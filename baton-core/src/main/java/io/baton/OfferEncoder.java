package io.baton;

import static io.baton.WireWriter.string;
import static io.baton.WireWriter.uint32;
import static io.baton.WireWriter.uint64;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * {@link HandoverMessage.Offer} to protobuf, written once into an array of the right length: connections pause for as long as their offer
 * takes to write, and what it leaves behind is collected while others do.
 */
final class OfferEncoder {
    private static final int BATCH = 1;
    private static final int QUIESCED_NANOS = 2;
    private static final int CONNECTION = 3;

    private static final int ID = 1;
    private static final int KIND = 2;
    private static final int KIND_VERSION = 3;
    private static final int FDS = 4;
    private static final int SNAPSHOT = 5;

    private OfferEncoder() {}

    static byte[] encode(HandoverMessage.Offer offer) {
        List<HandoverMessage.Offered> connections = offer.connections();
        int[] lengths = new int[connections.size()];
        int body = uint64Bytes(BATCH, offer.batch()) + uint64Bytes(QUIESCED_NANOS, offer.quiescedNanos());
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = length(connections.get(i));
            body += nestedBytes(CONNECTION, lengths[i]);
        }
        byte[] bytes = new byte[nestedBytes(HandoverFields.OFFER, body)];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            begin(out, HandoverFields.OFFER, body);
            uint64(out, BATCH, offer.batch());
            uint64(out, QUIESCED_NANOS, offer.quiescedNanos());
            for (int i = 0; i < lengths.length; i++) {
                begin(out, CONNECTION, lengths[i]);
                write(out, connections.get(i));
            }
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes;
    }

    private static void begin(CodedOutputStream out, int field, int length) throws IOException {
        out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt32NoTag(length);
    }

    private static void write(CodedOutputStream out, HandoverMessage.Offered connection) throws IOException {
        uint64(out, ID, connection.id());
        string(out, KIND, connection.kind().name());
        uint32(out, KIND_VERSION, connection.kind().version());
        uint32(out, FDS, connection.fds());
        if (connection.snapshot().length > 0) {
            out.writeByteArray(SNAPSHOT, connection.snapshot());
        }
    }

    private static int length(HandoverMessage.Offered connection) {
        int snapshot = connection.snapshot().length;
        return uint64Bytes(ID, connection.id())
                + CodedOutputStream.computeStringSize(KIND, connection.kind().name())
                + CodedOutputStream.computeUInt32Size(
                        KIND_VERSION, connection.kind().version())
                + (connection.fds() == 0 ? 0 : CodedOutputStream.computeUInt32Size(FDS, connection.fds()))
                + (snapshot == 0 ? 0 : nestedBytes(SNAPSHOT, snapshot));
    }

    private static int uint64Bytes(int field, long value) {
        return value == 0 ? 0 : CodedOutputStream.computeUInt64Size(field, value);
    }

    /** Tag, length and content. */
    private static int nestedBytes(int field, int content) {
        return CodedOutputStream.computeTagSize(field) + CodedOutputStream.computeUInt32SizeNoTag(content) + content;
    }
}
