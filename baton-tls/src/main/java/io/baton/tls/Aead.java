package io.baton.tls;

import javax.crypto.AEADBadTagException;

/** One key of an AEAD: the seam at which tests see every key and nonce in use. Not thread-safe. */
interface Aead {

    /** Makes one from a key, which it may keep. */
    @FunctionalInterface
    interface Factory {
        Aead create(CipherSuite suite, byte[] key);
    }

    /**
     * Encrypts in place, and puts the tag behind it.
     *
     * @param nonce 12 bytes, never used before with this key
     * @param aad its first {@code aadLength} bytes
     */
    void seal(byte[] nonce, byte[] aad, int aadLength, byte[] buffer, int offset, int length);

    /**
     * Decrypts {@code length} bytes with their tag into another array.
     *
     * @return how many bytes came out: 16 less
     * @throws AEADBadTagException when it was not sealed so; {@code out} may have changed
     */
    int open(byte[] nonce, byte[] aad, int aadLength, byte[] in, int offset, int length, byte[] out, int outOffset)
            throws AEADBadTagException;
}
