package io.baton.tls;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The suites that a connection can move with: all of TLS 1.3, and of TLS 1.2 those with forward secrecy and an AEAD. Their numbers are IANA's. */
enum CipherSuite {
    TLS_AES_128_GCM_SHA256(0x1301, TlsVersion.TLS_1_3, Algorithm.AES_GCM, 16, Hash.SHA256),
    TLS_AES_256_GCM_SHA384(0x1302, TlsVersion.TLS_1_3, Algorithm.AES_GCM, 32, Hash.SHA384),
    TLS_CHACHA20_POLY1305_SHA256(0x1303, TlsVersion.TLS_1_3, Algorithm.CHACHA20_POLY1305, 32, Hash.SHA256),
    TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256(0xC02B, TlsVersion.TLS_1_2, Algorithm.AES_GCM, 16, Hash.SHA256),
    TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384(0xC02C, TlsVersion.TLS_1_2, Algorithm.AES_GCM, 32, Hash.SHA384),
    TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256(0xC02F, TlsVersion.TLS_1_2, Algorithm.AES_GCM, 16, Hash.SHA256),
    TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384(0xC030, TlsVersion.TLS_1_2, Algorithm.AES_GCM, 32, Hash.SHA384),
    TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256(
            0xCCA8, TlsVersion.TLS_1_2, Algorithm.CHACHA20_POLY1305, 32, Hash.SHA256),
    TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256(
            0xCCA9, TlsVersion.TLS_1_2, Algorithm.CHACHA20_POLY1305, 32, Hash.SHA256);

    enum Algorithm {
        AES_GCM,
        CHACHA20_POLY1305
    }

    enum Hash {
        SHA256("HKDF-SHA256", "HmacSHA256", 32),
        SHA384("HKDF-SHA384", "HmacSHA384", 48);

        private final String hkdf;
        private final String hmac;
        private final int bytes;

        Hash(String hkdf, String hmac, int bytes) {
            this.hkdf = hkdf;
            this.hmac = hmac;
            this.bytes = bytes;
        }

        String hkdf() {
            return hkdf;
        }

        String hmac() {
            return hmac;
        }

        int bytes() {
            return bytes;
        }
    }

    static final int TAG_BYTES = 16;
    static final int NONCE_BYTES = 12;

    private final int number;
    private final TlsVersion version;
    private final Algorithm algorithm;
    private final int keyBytes;
    private final Hash hash;

    CipherSuite(int number, TlsVersion version, Algorithm algorithm, int keyBytes, Hash hash) {
        this.number = number;
        this.version = version;
        this.algorithm = algorithm;
        this.keyBytes = keyBytes;
        this.hash = hash;
    }

    static Optional<CipherSuite> of(int number) {
        return Arrays.stream(values()).filter(suite -> suite.number == number).findFirst();
    }

    /** @param name as IANA and JSSE write it */
    static Optional<CipherSuite> named(String name) {
        return Arrays.stream(values())
                .filter(suite -> suite.name().equals(name))
                .findFirst();
    }

    /** What the engine may negotiate, in the order it should prefer; it orders those of TLS 1.3 by itself. */
    static List<String> names() {
        return Arrays.stream(values()).map(CipherSuite::name).toList();
    }

    int number() {
        return number;
    }

    TlsVersion version() {
        return version;
    }

    boolean isTls13() {
        return version == TlsVersion.TLS_1_3;
    }

    Algorithm algorithm() {
        return algorithm;
    }

    Hash hash() {
        return hash;
    }

    int keyBytes() {
        return keyBytes;
    }

    /** The part of the nonce that is as secret as the key: for AES-GCM in TLS 1.2 four bytes (RFC 5288), otherwise all (RFC 8446, RFC 7905). */
    int ivBytes() {
        return NONCE_BYTES - explicitNonceBytes();
    }

    /** How much of the nonce is sent with each record. */
    int explicitNonceBytes() {
        return !isTls13() && algorithm == Algorithm.AES_GCM ? Long.BYTES : 0;
    }

    /** How long a direction's secret is: its traffic secret in TLS 1.3, its key and IV in TLS 1.2. */
    int secretBytes() {
        return isTls13() ? hash.bytes() : keyBytes + ivBytes();
    }
}
