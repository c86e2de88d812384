package io.baton.tls;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** From secrets to keys: RFC 8446 section 7 for TLS 1.3, RFC 5246 sections 5 and 6.3 for TLS 1.2. */
final class KeySchedule {
    private static final byte[] LABEL_PREFIX = "tls13 ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEY_EXPANSION = "key expansion".getBytes(StandardCharsets.US_ASCII);
    private static final int RANDOM_BYTES = 32;
    private static final int MASTER_BYTES = 48;

    /** Both directions' secrets of a TLS 1.2 connection. */
    record Pair(Secret client, Secret server) {}

    private KeySchedule() {}

    /** The AEAD key of a direction. */
    static byte[] key(CipherSuite suite, Secret secret) {
        return suite.isTls13()
                ? expandLabel(suite, secret, "key", suite.keyBytes())
                : Arrays.copyOf(secret.bytes(), suite.keyBytes());
    }

    /** The secret part of its nonces. */
    static byte[] iv(CipherSuite suite, Secret secret) {
        return suite.isTls13()
                ? expandLabel(suite, secret, "iv", suite.ivBytes())
                : Arrays.copyOfRange(secret.bytes(), suite.keyBytes(), suite.keyBytes() + suite.ivBytes());
    }

    /** The traffic secret after a KeyUpdate: RFC 8446 section 7.2. */
    static Secret next(CipherSuite suite, Secret secret) {
        return new Secret(expandLabel(suite, secret, "traffic upd", suite.hash().bytes()));
    }

    /** HKDF-Expand-Label with an empty context: RFC 8446 section 7.1. */
    static byte[] expandLabel(CipherSuite suite, Secret secret, String label, int length) {
        byte[] name = label.getBytes(StandardCharsets.US_ASCII);
        byte[] info = ByteBuffer.allocate(Short.BYTES + 1 + LABEL_PREFIX.length + name.length + 1)
                .putShort((short) length)
                .put((byte) (LABEL_PREFIX.length + name.length))
                .put(LABEL_PREFIX)
                .put(name)
                .put((byte) 0)
                .array();
        try {
            KDF kdf = KDF.getInstance(suite.hash().hkdf());
            return kdf.deriveData(
                    HKDFParameterSpec.expandOnly(new SecretKeySpec(secret.bytes(), "Generic"), info, length));
        } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException e) {
            throw new IllegalStateException("HKDF is part of the JDK and refused " + label, e);
        }
    }

    /**
     * The key block of an AEAD suite: client key, server key, client IV, server IV.
     *
     * @param master 48 bytes
     * @param clientRandom 32 bytes
     * @param serverRandom 32 bytes
     */
    static Pair tls12(CipherSuite suite, Secret master, byte[] clientRandom, byte[] serverRandom) {
        if (master.length() != MASTER_BYTES
                || clientRandom.length != RANDOM_BYTES
                || serverRandom.length != RANDOM_BYTES) {
            throw new IllegalArgumentException("master secret and randoms have %d, %d, %d bytes, expected 48, 32, 32"
                    .formatted(master.length(), clientRandom.length, serverRandom.length));
        }
        int key = suite.keyBytes();
        int iv = suite.ivBytes();
        byte[] seed = ByteBuffer.allocate(KEY_EXPANSION.length + 2 * RANDOM_BYTES)
                .put(KEY_EXPANSION)
                .put(serverRandom)
                .put(clientRandom)
                .array();
        byte[] block = pHash(suite.hash(), master, seed, 2 * (key + iv));
        try {
            return new Pair(joined(block, 0, key, 2 * key, iv), joined(block, key, key, 2 * key + iv, iv));
        } finally {
            Arrays.fill(block, (byte) 0);
        }
    }

    private static Secret joined(byte[] block, int keyAt, int key, int ivAt, int iv) {
        byte[] both = new byte[key + iv];
        System.arraycopy(block, keyAt, both, 0, key);
        System.arraycopy(block, ivAt, both, key, iv);
        return new Secret(both);
    }

    /** P_hash: RFC 5246 section 5. */
    static byte[] pHash(CipherSuite.Hash hash, Secret secret, byte[] seed, int length) {
        try {
            Mac mac = Mac.getInstance(hash.hmac());
            mac.init(new SecretKeySpec(secret.bytes(), hash.hmac()));
            byte[] out = new byte[length];
            byte[] a = seed;
            for (int at = 0; at < length; at += hash.bytes()) {
                a = mac.doFinal(a);
                mac.update(a);
                byte[] part = mac.doFinal(seed);
                System.arraycopy(part, 0, out, at, Math.min(part.length, length - at));
                Arrays.fill(part, (byte) 0);
            }
            return out;
        } catch (InvalidKeyException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("HMAC is part of the JDK", e);
        }
    }

    /** For what every JDK has: its absence is no state that can be handled. */
    static IllegalStateException unavailable(GeneralSecurityException e) {
        return new IllegalStateException("the JDK's cryptography refused what it must support", e);
    }
}
