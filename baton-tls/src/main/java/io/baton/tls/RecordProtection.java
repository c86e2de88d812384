package io.baton.tls;

import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a connection: its secret, and how many records it has protected with it. Event loop only.
 *
 * <p>A sequence number is taken before it is used: whatever fails then, no nonce is ever used twice.
 */
final class RecordProtection implements AutoCloseable {
    private static final int TLS_1_2_AAD_BYTES = 13;
    private static final int LEGACY_VERSION = 0x0303;

    private final CipherSuite suite;
    private final Aead.Factory aeads;
    private final byte[] nonce = new byte[CipherSuite.NONCE_BYTES];
    private final byte[] aad = new byte[TLS_1_2_AAD_BYTES];
    private Secret secret;
    private long sequence;

    /** Made when first needed: an idle connection has none. */
    private @Nullable Aead aead;

    private byte[] iv = new byte[0];
    private int openedType;

    /**
     * @param secret the traffic secret, or in TLS 1.2 key and IV; taken over
     * @param sequence how many records were protected with it
     */
    RecordProtection(CipherSuite suite, Secret secret, long sequence, Aead.Factory aeads) {
        if (secret.length() != suite.secretBytes()) {
            throw new IllegalArgumentException(
                    "secret of %d bytes for %s, expected %d".formatted(secret.length(), suite, suite.secretBytes()));
        }
        this.suite = suite;
        this.secret = secret;
        this.sequence = sequence;
        this.aeads = aeads;
    }

    CipherSuite suite() {
        return suite;
    }

    /** Not to be kept. */
    Secret secret() {
        return secret;
    }

    long sequence() {
        return sequence;
    }

    /** Between the start of a record and that of its plaintext. */
    int headroom() {
        return RecordHeader.BYTES + suite.explicitNonceBytes();
    }

    /** What a record is longer than its content. */
    int overhead() {
        return headroom() + (suite.isTls13() ? 1 : 0) + CipherSuite.TAG_BYTES;
    }

    /**
     * Makes a record of {@code length} bytes that lie at {@code offset} + {@link #headroom}, around them.
     *
     * @return how long it is: {@link #overhead} more than its content
     */
    int seal(int type, byte[] buffer, int offset, int length) {
        Aead cipher = aead();
        long used = sequence++;
        int body = offset + headroom();
        int plain = length;
        if (suite.isTls13()) {
            buffer[body + length] = (byte) type;
            plain++;
        }
        int wire = suite.explicitNonceBytes() + plain + CipherSuite.TAG_BYTES;
        ByteBuffer header = ByteBuffer.wrap(buffer, offset, headroom())
                .put((byte) (suite.isTls13() ? RecordHeader.APPLICATION_DATA : type))
                .putShort((short) LEGACY_VERSION)
                .putShort((short) wire);
        if (suite.explicitNonceBytes() > 0) {
            header.putLong(used);
        }
        int aadLength = aad(buffer, offset, used, type, plain);
        nonce(used);
        cipher.seal(nonce, aad, aadLength, buffer, body, plain);
        return RecordHeader.BYTES + wire;
    }

    /**
     * Opens the record at {@code offset} of which {@code header} is the header; {@link #openedType} then is its type.
     *
     * @param out where its content goes; another array than {@code in}, with room for the header's length
     * @return how long the content is
     * @throws TlsAlertException when it is none of this sequence number; that is then not used up
     */
    int open(RecordHeader header, byte[] in, int offset, byte[] out, int outOffset) throws TlsAlertException {
        int explicit = suite.explicitNonceBytes();
        int sealed = header.length() - explicit;
        int plain = sealed - CipherSuite.TAG_BYTES;
        if (plain < (suite.isTls13() ? 1 : 0)) {
            throw new TlsAlertException(
                    Alert.BAD_RECORD_MAC, "record of %d bytes, too short to be sealed".formatted(header.length()));
        }
        nonce(sequence);
        if (explicit > 0) {
            System.arraycopy(in, offset + RecordHeader.BYTES, nonce, suite.ivBytes(), explicit);
        }
        int aadLength = aad(in, offset, sequence, header.type(), plain);
        int opened;
        try {
            opened = aead().open(nonce, aad, aadLength, in, offset + headroom(), sealed, out, outOffset);
        } catch (AEADBadTagException e) {
            throw new TlsAlertException(Alert.BAD_RECORD_MAC, "record %d does not authenticate".formatted(sequence));
        }
        sequence++;
        openedType = header.type();
        int length = suite.isTls13() ? withoutPadding(out, outOffset, opened) : opened;
        if (length > RecordHeader.MAX_PLAINTEXT || opened > RecordHeader.MAX_PLAINTEXT + 1) {
            throw new TlsAlertException(
                    Alert.RECORD_OVERFLOW,
                    "record with %d bytes in it, expected at most %d".formatted(opened, RecordHeader.MAX_PLAINTEXT));
        }
        return length;
    }

    /** RFC 8446 section 5.4: the type is the last byte that is not 0. */
    private int withoutPadding(byte[] out, int offset, int length) throws TlsAlertException {
        int last = length - 1;
        while (last >= 0 && out[offset + last] == 0) {
            last--;
        }
        if (last < 0) {
            throw new TlsAlertException(Alert.UNEXPECTED_MESSAGE, "record of padding alone");
        }
        openedType = out[offset + last];
        return last;
    }

    /** Of the record last opened. */
    int openedType() {
        return openedType;
    }

    /** The next generation of keys: RFC 8446 section 4.6.3. */
    void update() {
        Secret next = KeySchedule.next(suite, secret);
        secret.close();
        secret = next;
        sequence = 0;
        forgetKeys();
    }

    private Aead aead() {
        Aead existing = aead;
        if (existing != null) {
            return existing;
        }
        Aead made = aeads.create(suite, KeySchedule.key(suite, secret));
        iv = KeySchedule.iv(suite, secret);
        aead = made;
        return made;
    }

    /** RFC 8446 section 5.3, RFC 7905 section 2, RFC 5288 section 3. */
    private void nonce(long number) {
        aead();
        int fixed = iv.length;
        System.arraycopy(iv, 0, nonce, 0, fixed);
        boolean mixed = fixed == CipherSuite.NONCE_BYTES;
        for (int i = 0; i < Long.BYTES; i++) {
            byte octet = (byte) (number >>> (Byte.SIZE * (Long.BYTES - 1 - i)));
            int at = CipherSuite.NONCE_BYTES - Long.BYTES + i;
            nonce[at] = mixed ? (byte) (nonce[at] ^ octet) : octet;
        }
    }

    /** RFC 8446 section 5.2: the header; RFC 5246 section 6.2.3.3: sequence number, type, version, length of the plaintext. */
    private int aad(byte[] record, int offset, long number, int type, int plain) {
        if (suite.isTls13()) {
            System.arraycopy(record, offset, aad, 0, RecordHeader.BYTES);
            return RecordHeader.BYTES;
        }
        ByteBuffer.wrap(aad)
                .putLong(number)
                .put((byte) type)
                .putShort((short) LEGACY_VERSION)
                .putShort((short) plain);
        return TLS_1_2_AAD_BYTES;
    }

    private void forgetKeys() {
        aead = null;
        Arrays.fill(iv, (byte) 0);
        iv = new byte[0];
    }

    @Override
    public void close() {
        secret.close();
        forgetKeys();
    }

    @Override
    public String toString() {
        return "RecordProtection[%s, sequence %d]".formatted(suite, sequence);
    }
}
