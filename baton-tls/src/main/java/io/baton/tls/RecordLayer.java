package io.baton.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The records of an established connection, both ways: application data, alerts, and KeyUpdate. Knows no channel. Event loop only.
 *
 * <p>After {@link #stop} it seals nothing any more: another process may by then, with the same keys.
 */
final class RecordLayer implements AutoCloseable {
    /** Well below the 2^24.5 records for which AES-GCM is sound: RFC 8446 section 5.5. */
    static final long REKEY_AFTER = 1L << 23;

    /** In a row, as BoringSSL limits them: each costs us work and brings nothing. */
    private static final int MAX_EMPTY_RECORDS = 32;

    private static final int MAX_KEY_UPDATES = 32;
    private static final int MAX_WARNINGS = 4;
    private static final int KEY_UPDATE_BYTES = 5;

    private final CipherSuite suite;
    private final RecordProtection read;
    private final RecordProtection write;
    private final PostHandshake messages;
    private final long rekeyAfter;
    private boolean updateOwed;
    private boolean receivedClose;
    private boolean sentClose;
    private boolean stopped;
    private int emptyRecords;
    private int keyUpdates;
    private int warnings;

    RecordLayer(RecordProtection read, RecordProtection write, PostHandshake messages) {
        this(read, write, messages, REKEY_AFTER);
    }

    RecordLayer(RecordProtection read, RecordProtection write, PostHandshake messages, long rekeyAfter) {
        this.suite = read.suite();
        this.read = read;
        this.write = write;
        this.messages = messages;
        this.rekeyAfter = rekeyAfter;
    }

    CipherSuite suite() {
        return suite;
    }

    RecordProtection read() {
        return read;
    }

    RecordProtection write() {
        return write;
    }

    PostHandshake messages() {
        return messages;
    }

    boolean updateOwed() {
        return updateOwed;
    }

    /** The other side says nothing more. */
    boolean receivedClose() {
        return receivedClose;
    }

    boolean sentClose() {
        return sentClose;
    }

    /** What another process left: see the accessors. */
    RecordLayer withState(boolean owesUpdate, boolean closeReceived, boolean closeSent) {
        updateOwed = owesUpdate;
        receivedClose = closeReceived;
        sentClose = closeSent;
        return this;
    }

    // --- in

    /**
     * Takes the first record of {@code in}, which is there as a whole.
     *
     * @return application data, or null when it had none; the caller's
     * @throws SSLException the connection cannot go on; a {@link TlsAlertException} says what the other side is told
     */
    @Nullable
    ByteBuf open(ByteBuf in, RecordHeader header, ByteBufAllocator allocator) throws SSLException {
        refuseOutside(header.type());
        byte[] source;
        int offset;
        if (in.hasArray()) {
            source = in.array();
            offset = in.arrayOffset() + in.readerIndex();
        } else {
            source = Scratch.ofThread().in();
            offset = 0;
            in.getBytes(in.readerIndex(), source, 0, header.recordBytes());
        }
        in.skipBytes(header.recordBytes());
        ByteBuf content = allocator.heapBuffer(Math.max(header.length(), 1));
        boolean kept = false;
        try {
            int length = read.open(header, source, offset, content.array(), content.arrayOffset());
            kept = take(content.array(), content.arrayOffset(), length);
            return kept ? content.writerIndex(length) : null;
        } finally {
            if (!kept) {
                content.release();
            }
        }
    }

    /** What comes unprotected now, such as a change of cipher specs that we know of, is not of the other side's making. */
    private void refuseOutside(int type) throws TlsAlertException {
        if (suite.isTls13() ? type != RecordHeader.APPLICATION_DATA : type == RecordHeader.CHANGE_CIPHER_SPEC) {
            throw new TlsAlertException(
                    Alert.UNEXPECTED_MESSAGE, "record of type %d on an established connection".formatted(type));
        }
    }

    private boolean take(byte[] content, int offset, int length) throws SSLException {
        switch (read.openedType()) {
            case RecordHeader.APPLICATION_DATA -> {
                if (length > 0) {
                    emptyRecords = 0;
                    keyUpdates = 0;
                    return true;
                }
                limit(++emptyRecords, MAX_EMPTY_RECORDS, "empty records");
            }
            case RecordHeader.ALERT -> alert(content, offset, length);
            case RecordHeader.HANDSHAKE -> handshake(content, offset, length);
            default ->
                throw new TlsAlertException(
                        Alert.UNEXPECTED_MESSAGE, "content of type %d in a record".formatted(read.openedType()));
        }
        return false;
    }

    private void alert(byte[] content, int offset, int length) throws SSLException {
        if (length != 2) {
            throw new TlsAlertException(Alert.DECODE_ERROR, "alert of %d bytes, expected 2".formatted(length));
        }
        int level = content[offset];
        int code = content[offset + 1] & 0xff;
        if (code == Alert.CLOSE_NOTIFY.code()) {
            receivedClose = true;
        } else if (code == Alert.USER_CANCELED || (!suite.isTls13() && level == Alert.WARNING)) {
            limit(++warnings, MAX_WARNINGS, "warnings");
        } else {
            throw new TlsPeerAlertException(code);
        }
    }

    private void handshake(byte[] content, int offset, int length) throws SSLException {
        if (!suite.isTls13()) {
            throw new TlsAlertException(Alert.NO_RENEGOTIATION, "the other side wants to renegotiate");
        }
        if (length == 0) {
            throw new TlsAlertException(Alert.UNEXPECTED_MESSAGE, "empty record of handshake messages");
        }
        switch (messages.take(content, offset, length)) {
            case NOTHING -> limit(++emptyRecords, MAX_EMPTY_RECORDS, "records of handshake messages");
            case KEY_UPDATE -> keyUpdated();
            case KEY_UPDATE_REQUESTED -> {
                keyUpdated();
                updateOwed = true;
            }
        }
    }

    private void keyUpdated() throws TlsAlertException {
        limit(++keyUpdates, MAX_KEY_UPDATES, "KeyUpdates");
        read.update();
    }

    private static void limit(int count, int most, String what) throws TlsAlertException {
        if (count > most) {
            throw new TlsAlertException(
                    Alert.UNEXPECTED_MESSAGE, "more than %d %s without any data".formatted(most, what));
        }
    }

    // --- out

    /** How long {@link #seal} of so many bytes is at most. */
    int sealedBytes(int plain) {
        int records = plain / RecordHeader.MAX_PLAINTEXT + 2; // one may be a KeyUpdate
        return plain + records * write.overhead() + KEY_UPDATE_BYTES;
    }

    /** Puts all of {@code plain} into records behind what {@code out} has; before them a KeyUpdate when one is due. */
    void seal(ByteBuf plain, ByteBuf out) {
        if (sentClose) {
            throw new IllegalStateException("data after close_notify");
        }
        while (plain.isReadable()) {
            updateWhenDue(out);
            int length = Math.min(plain.readableBytes(), RecordHeader.MAX_PLAINTEXT);
            byte[] record = Scratch.ofThread().out();
            plain.readBytes(record, write.headroom(), length);
            put(RecordHeader.APPLICATION_DATA, record, length, out);
        }
    }

    /** The answer to a KeyUpdate, or one of our own because enough was written with this key; TLS 1.2 has none. */
    void updateWhenDue(ByteBuf out) {
        boolean worn = suite.isTls13() && write.sequence() >= rekeyAfter;
        if ((updateOwed || worn) && !sentClose) {
            updateOwed = false;
            byte[] record = Scratch.ofThread().out();
            int at = write.headroom();
            record[at] = PostHandshake.KEY_UPDATE;
            record[at + 1] = 0;
            record[at + 2] = 0;
            record[at + 3] = 1;
            record[at + 4] = 0; // update_not_requested
            put(RecordHeader.HANDSHAKE, record, KEY_UPDATE_BYTES, out);
            write.update();
        }
    }

    /** The last record: close_notify, or why the connection ends. Only the first counts. */
    void sealAlert(Alert alert, ByteBuf out) {
        if (!sentClose) {
            updateWhenDue(out);
            sentClose = true;
            byte[] record = Scratch.ofThread().out();
            record[write.headroom()] = (byte) alert.level();
            record[write.headroom() + 1] = (byte) alert.code();
            put(RecordHeader.ALERT, record, 2, out);
        }
    }

    private void put(int type, byte[] record, int length, ByteBuf out) {
        if (stopped) {
            throw new IllegalStateException("a connection that was given away is written to");
        }
        out.writeBytes(record, 0, write.seal(type, record, 0, length));
    }

    // --- moving

    /** Nothing is sealed from now on. */
    void stop() {
        stopped = true;
    }

    /** The other process has not touched the connection and never will: goes on. */
    void goOn() {
        stopped = false;
    }

    boolean isStopped() {
        return stopped;
    }

    @Override
    public void close() {
        stopped = true;
        read.close();
        write.close();
    }

    @Override
    public String toString() {
        return "RecordLayer[%s, read %d, written %d]".formatted(suite, read.sequence(), write.sequence());
    }
}
