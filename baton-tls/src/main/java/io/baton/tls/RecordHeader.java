package io.baton.tls;

import io.netty.buffer.ByteBuf;

/** The five bytes before each record: type, version, length of what follows. */
record RecordHeader(int type, int length) {
    static final int BYTES = 5;
    static final int CHANGE_CIPHER_SPEC = 20;
    static final int ALERT = 21;
    static final int HANDSHAKE = 22;
    static final int APPLICATION_DATA = 23;

    /** What a record may carry: RFC 8446 section 5.1. */
    static final int MAX_PLAINTEXT = 1 << 14;

    /** What encryption may add: RFC 8446 section 5.2, RFC 5246 section 6.2.3. */
    static final int MAX_EXPANSION_13 = 256;

    static final int MAX_EXPANSION_12 = 2048;
    static final int MAX_BODY = MAX_PLAINTEXT + MAX_EXPANSION_12;
    static final int MAX_RECORD = BYTES + MAX_BODY;

    /**
     * Reads the header at {@code at}, of which all bytes must be there.
     *
     * @throws TlsAlertException when none of TLS begins so, or it is longer than any may be
     */
    static RecordHeader read(ByteBuf in, int at, TlsVersion version) throws TlsAlertException {
        int type = in.getUnsignedByte(at);
        int major = in.getUnsignedByte(at + 1);
        int length = in.getUnsignedShort(at + 3);
        if (type < CHANGE_CIPHER_SPEC || type > APPLICATION_DATA) {
            throw new TlsAlertException(
                    Alert.UNEXPECTED_MESSAGE, "record of type %d, expected 20 to 23".formatted(type));
        }
        if (major != 3) {
            throw new TlsAlertException(Alert.DECODE_ERROR, "record of major version %d, expected 3".formatted(major));
        }
        int most = MAX_PLAINTEXT + (version == TlsVersion.TLS_1_3 ? MAX_EXPANSION_13 : MAX_EXPANSION_12);
        if (length > most) {
            throw new TlsAlertException(
                    Alert.RECORD_OVERFLOW, "record of %d bytes, expected at most %d".formatted(length, most));
        }
        return new RecordHeader(type, length);
    }

    int recordBytes() {
        return BYTES + length;
    }
}
