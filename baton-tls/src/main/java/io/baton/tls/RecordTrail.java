package io.baton.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One direction of a handshake, as far as it can be seen from outside. */
final class RecordTrail implements AutoCloseable {
    private static final int SERVER_HELLO = 2;
    private static final int SESSION_ID_AT = RecordHeader.BYTES + 4 + 2 + 32;

    private final boolean ofServer;
    private ByteBuf tail = Unpooled.EMPTY_BUFFER;
    private @Nullable CipherSuite suite;
    private boolean changed;
    private long protectedRecords;

    RecordTrail(boolean ofServer) {
        this.ofServer = ofServer;
    }

    /** The whole records that there are with {@code more}, each the caller's; the rest waits for more. */
    List<ByteBuf> records(ByteBuf more) {
        ByteBuf all = Unpooled.buffer(tail.readableBytes() + more.readableBytes());
        all.writeBytes(tail).writeBytes(more);
        tail.release();
        List<ByteBuf> records = new ArrayList<>();
        while (all.readableBytes() >= RecordHeader.BYTES) {
            int length = RecordHeader.BYTES + all.getUnsignedShort(all.readerIndex() + 3);
            if (all.readableBytes() < length) {
                break;
            }
            records.add(all.readRetainedSlice(length));
        }
        tail = all;
        return records;
    }

    boolean isComplete() {
        return !tail.isReadable();
    }

    /** Learns from a whole record. */
    void record(ByteBuf record) {
        int type = record.getUnsignedByte(record.readerIndex());
        if (changed) {
            protectedRecords++;
        } else if (type == RecordHeader.CHANGE_CIPHER_SPEC) {
            changed = true;
        } else if (ofServer && type == RecordHeader.HANDSHAKE) {
            serverHello(record);
        }
    }

    private void serverHello(ByteBuf record) {
        int start = record.readerIndex();
        int length = record.readableBytes();
        if (length > SESSION_ID_AT && record.getByte(start + RecordHeader.BYTES) == SERVER_HELLO) {
            int at = SESSION_ID_AT + 1 + record.getUnsignedByte(start + SESSION_ID_AT);
            if (length >= at + 2) {
                suite = CipherSuite.of(record.getUnsignedShort(start + at)).orElse(null);
            }
        }
    }

    /** What its ServerHello chose; empty before it and in the other direction. */
    Optional<CipherSuite> suite() {
        return Optional.ofNullable(suite);
    }

    /** Of TLS 1.2: how many came after ChangeCipherSpec. */
    long protectedRecords() {
        return protectedRecords;
    }

    @Override
    public void close() {
        tail.release();
        tail = Unpooled.EMPTY_BUFFER;
    }
}
