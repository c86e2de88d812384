package io.baton.tls;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * The secrets from which listeners derive the keys of their session tickets: the newest encrypts, the others still decrypt. A process that
 * has its predecessor's resumes the sessions that it began. Immutable.
 */
public final class TicketKeys {
    private static final int VERSION = 1;
    private static final int SECRET_BYTES = 32;
    private static final int MOST = 3;
    private static final int HEAD_BYTES = 1 + 1 + Long.BYTES;

    private final List<Secret> secrets;
    private final Instant newest;

    private TicketKeys(List<Secret> secrets, Instant newest) {
        this.secrets = List.copyOf(secrets);
        this.newest = newest;
    }

    /** New ones, that nobody else has. */
    public static TicketKeys generate() {
        return new TicketKeys(List.of(random()), Instant.now().truncatedTo(ChronoUnit.SECONDS));
    }

    /** When the newest was made, in whichever process. */
    public Instant newest() {
        return newest;
    }

    private static Secret random() {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        return new Secret(bytes);
    }

    /** The same with a new one in front; the oldest goes when there are more than three. */
    public TicketKeys rotated() {
        List<Secret> all = new ArrayList<>();
        all.add(random());
        all.addAll(secrets.subList(0, Math.min(secrets.size(), MOST - 1)));
        return new TicketKeys(all, Instant.now().truncatedTo(ChronoUnit.SECONDS));
    }

    /** For the next process: whoever has it can read every session that was resumed with them in TLS 1.2. */
    public byte[] export() {
        ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + secrets.size() * SECRET_BYTES);
        out.put((byte) VERSION).put((byte) secrets.size()).putLong(newest.getEpochSecond());
        secrets.forEach(secret -> out.put(secret.bytes()));
        return out.array();
    }

    /**
     * What {@link #export} wrote.
     *
     * @throws TlsSnapshotException when it is none of it
     */
    public static TicketKeys adopt(byte[] exported) throws TlsSnapshotException {
        ByteBuffer in = ByteBuffer.wrap(exported);
        if (in.remaining() < HEAD_BYTES || in.get() != VERSION) {
            throw new TlsSnapshotException("ticket keys of an unknown version");
        }
        int count = in.get();
        long seconds = in.getLong();
        if (count < 1 || count > MOST || in.remaining() != count * SECRET_BYTES) {
            throw new TlsSnapshotException(
                    "%d ticket keys in %d bytes, expected 1 to %d".formatted(count, exported.length, MOST));
        }
        List<Secret> secrets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] secret = new byte[SECRET_BYTES];
            in.get(secret);
            secrets.add(new Secret(secret));
        }
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        // Of a clock that was wrong at that time nothing follows but that they are not newer than now.
        boolean sane = seconds >= 0 && seconds <= now.getEpochSecond();
        return new TicketKeys(secrets, sane ? Instant.ofEpochSecond(seconds) : now);
    }

    /**
     * Keys for one purpose. A ticket says that its holder has been authenticated in the way of the listener that issued it, so listeners
     * that authenticate differently must not share keys.
     */
    OpenSslSessionTicketKey[] keysFor(String purpose) {
        return secrets.stream().map(secret -> key(secret, purpose)).toArray(OpenSslSessionTicketKey[]::new);
    }

    private static OpenSslSessionTicketKey key(Secret secret, String purpose) {
        try {
            byte[] all = KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract()
                            .addIKM(secret.bytes())
                            .thenExpand(
                                    ("baton ticket " + purpose).getBytes(StandardCharsets.UTF_8),
                                    OpenSslSessionTicketKey.TICKET_KEY_SIZE));
            ByteBuffer parts = ByteBuffer.wrap(all);
            return new OpenSslSessionTicketKey(
                    part(parts, OpenSslSessionTicketKey.NAME_SIZE),
                    part(parts, OpenSslSessionTicketKey.HMAC_KEY_SIZE),
                    part(parts, OpenSslSessionTicketKey.AES_KEY_SIZE));
        } catch (GeneralSecurityException e) {
            throw KeySchedule.unavailable(e);
        }
    }

    private static byte[] part(ByteBuffer parts, int length) {
        byte[] part = new byte[length];
        parts.get(part);
        return part;
    }

    @Override
    public String toString() {
        return "TicketKeys[%d]".formatted(secrets.size());
    }
}
