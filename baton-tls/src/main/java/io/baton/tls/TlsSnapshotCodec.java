package io.baton.tls;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A snapshot as bytes, big-endian; a string or array has its length before it:
 *
 * <pre>
 * u8 version (1)   u8 flags: 1 server, 2 update owed, 4 close received, 8 close sent, 16 resumed
 * u16 suite        u64 read sequence   u64 write sequence
 * u8+ read secret  u8+ write secret
 * u8+ message head u32 message to skip
 * u8+ ALPN (empty: none)   u16+ server name (empty: none)
 * u8 certificates, of each u24+ DER
 * u16+ undecrypted u32+ unsent
 * </pre>
 */
final class TlsSnapshotCodec {
    static final int VERSION = 1;
    private static final int SERVER = 1;
    private static final int UPDATE_OWED = 2;
    private static final int RECEIVED_CLOSE = 4;
    private static final int SENT_CLOSE = 8;
    private static final int RESUMED = 16;
    private static final int ALL_FLAGS = 31;
    private static final int FIXED_BYTES = 2 + 2 + 2 * Long.BYTES + 3 + 4 + 1 + 2 + 1 + 2 + 4;
    private static final int U24_BYTES = 3;
    private static final int MAX_CERTIFICATES = 16;
    private static final int MAX_CERTIFICATE = 1 << 16;
    private static final int MAX_NAME = 255;

    private TlsSnapshotCodec() {}

    static byte[] encode(TlsSnapshot snapshot) {
        TlsSession session = snapshot.session();
        byte[] alpn = latin1(session.applicationProtocol());
        byte[] name = latin1(session.serverName());
        int certificates = session.peerCertificates().stream()
                .mapToInt(der -> U24_BYTES + der.length)
                .sum();
        int secrets = snapshot.readSecret().length() + snapshot.writeSecret().length() + snapshot.messageHead().length;
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES
                + alpn.length
                + name.length
                + certificates
                + secrets
                + snapshot.undecrypted().length
                + snapshot.unsent().length);
        out.put((byte) VERSION).put((byte) flags(snapshot));
        out.putShort((short) snapshot.suite().number());
        out.putLong(snapshot.readSequence()).putLong(snapshot.writeSequence());
        putShort(out, snapshot.readSecret().bytes());
        putShort(out, snapshot.writeSecret().bytes());
        putShort(out, snapshot.messageHead());
        out.putInt(snapshot.messageToSkip());
        putShort(out, alpn);
        out.putShort((short) name.length).put(name);
        out.put((byte) session.peerCertificates().size());
        for (byte[] der : session.peerCertificates()) {
            out.put((byte) (der.length >>> 16)).putShort((short) der.length).put(der);
        }
        out.putShort((short) snapshot.undecrypted().length).put(snapshot.undecrypted());
        out.putInt(snapshot.unsent().length).put(snapshot.unsent());
        return out.array();
    }

    private static int flags(TlsSnapshot snapshot) {
        return (snapshot.server() ? SERVER : 0)
                | (snapshot.updateOwed() ? UPDATE_OWED : 0)
                | (snapshot.receivedClose() ? RECEIVED_CLOSE : 0)
                | (snapshot.sentClose() ? SENT_CLOSE : 0)
                | (snapshot.session().resumed() ? RESUMED : 0);
    }

    private static byte[] latin1(Optional<String> text) {
        return text.orElse("").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void putShort(ByteBuffer out, byte[] bytes) {
        out.put((byte) bytes.length).put(bytes);
    }

    /** @throws TlsSnapshotException when they are none, or of a version that is not known */
    static TlsSnapshot decode(byte[] bytes) throws TlsSnapshotException {
        try {
            return decode(ByteBuffer.wrap(bytes));
        } catch (BufferUnderflowException e) {
            throw new TlsSnapshotException("TLS state of %d bytes ends too early".formatted(bytes.length));
        }
    }

    private static TlsSnapshot decode(ByteBuffer in) throws TlsSnapshotException {
        int version = in.get();
        if (version != VERSION) {
            throw new TlsSnapshotException("TLS state of version %d, expected %d".formatted(version, VERSION));
        }
        int flags = in.get();
        if ((flags & ~ALL_FLAGS) != 0) {
            throw new TlsSnapshotException("TLS state with unknown flags %#x".formatted(flags));
        }
        int number = Short.toUnsignedInt(in.getShort());
        CipherSuite suite = CipherSuite.of(number)
                .orElseThrow(() -> new TlsSnapshotException("TLS state of unknown suite %#x".formatted(number)));
        long readSequence = in.getLong();
        long writeSequence = in.getLong();
        Secret readSecret = secret(in, suite);
        Secret writeSecret = secret(in, suite);
        byte[] head = bytes(in, Byte.toUnsignedInt(in.get()), PostHandshake.MAX_HEAD, "message head");
        int skip = bounded(in.getInt(), PostHandshake.MAX_TICKET, "ticket");
        Optional<String> alpn = text(in, Byte.toUnsignedInt(in.get()));
        Optional<String> name = text(in, Short.toUnsignedInt(in.getShort()));
        List<byte[]> certificates = certificates(in);
        byte[] undecrypted =
                bytes(in, Short.toUnsignedInt(in.getShort()), RecordHeader.MAX_RECORD, "undecrypted bytes");
        byte[] unsent = bytes(in, in.getInt(), TlsSnapshot.MAX_UNSENT, "unsent bytes");
        if (in.hasRemaining()) {
            throw new TlsSnapshotException("TLS state with %d bytes behind its end".formatted(in.remaining()));
        }
        TlsSession session =
                new TlsSession(suite.version(), suite.name(), alpn, name, certificates, (flags & RESUMED) != 0);
        return new TlsSnapshot(
                (flags & SERVER) != 0,
                suite,
                readSecret,
                readSequence,
                writeSecret,
                writeSequence,
                (flags & UPDATE_OWED) != 0,
                (flags & RECEIVED_CLOSE) != 0,
                (flags & SENT_CLOSE) != 0,
                head,
                skip,
                undecrypted,
                unsent,
                session);
    }

    private static Secret secret(ByteBuffer in, CipherSuite suite) throws TlsSnapshotException {
        int length = Byte.toUnsignedInt(in.get());
        if (length != suite.secretBytes()) {
            throw new TlsSnapshotException("TLS state with a secret of %d bytes, expected %d for %s"
                    .formatted(length, suite.secretBytes(), suite));
        }
        return new Secret(bytes(in, length, length, "secret"));
    }

    private static List<byte[]> certificates(ByteBuffer in) throws TlsSnapshotException {
        int count = bounded(Byte.toUnsignedInt(in.get()), MAX_CERTIFICATES, "certificates");
        List<byte[]> certificates = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = (Byte.toUnsignedInt(in.get()) << 16) | Short.toUnsignedInt(in.getShort());
            certificates.add(bytes(in, length, MAX_CERTIFICATE, "certificate"));
        }
        return certificates;
    }

    private static Optional<String> text(ByteBuffer in, int length) throws TlsSnapshotException {
        String text = new String(bytes(in, length, MAX_NAME, "name"), StandardCharsets.ISO_8859_1);
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    /** Nothing is allocated for what is not there. */
    private static byte[] bytes(ByteBuffer in, int length, int most, String what) throws TlsSnapshotException {
        if (bounded(length, most, what) > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static int bounded(int value, int most, String what) throws TlsSnapshotException {
        if (value < 0 || value > most) {
            throw new TlsSnapshotException("TLS state with %s of %d, expected at most %d".formatted(what, value, most));
        }
        return value;
    }
}
