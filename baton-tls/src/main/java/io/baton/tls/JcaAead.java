package io.baton.tls;

import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** By the JDK's ciphers, on heap arrays, which is what its intrinsics like. */
final class JcaAead implements Aead {
    private final Cipher cipher;
    private final SecretKeySpec key;
    private final boolean gcm;

    JcaAead(CipherSuite suite, byte[] keyBytes) {
        gcm = suite.algorithm() == CipherSuite.Algorithm.AES_GCM;
        key = new SecretKeySpec(keyBytes, gcm ? "AES" : "ChaCha20");
        try {
            cipher = Cipher.getInstance(gcm ? "AES/GCM/NoPadding" : "ChaCha20-Poly1305");
        } catch (GeneralSecurityException e) {
            throw KeySchedule.unavailable(e);
        }
    }

    @Override
    public void seal(byte[] nonce, byte[] aad, int aadLength, byte[] buffer, int offset, int length) {
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, parameters(nonce));
            cipher.updateAAD(aad, 0, aadLength);
            cipher.doFinal(buffer, offset, length, buffer, offset);
        } catch (GeneralSecurityException e) {
            throw KeySchedule.unavailable(e);
        }
    }

    @Override
    public int open(
            byte[] nonce, byte[] aad, int aadLength, byte[] in, int offset, int length, byte[] out, int outOffset)
            throws AEADBadTagException {
        try {
            cipher.init(Cipher.DECRYPT_MODE, key, parameters(nonce));
            cipher.updateAAD(aad, 0, aadLength);
            return cipher.doFinal(in, offset, length, out, outOffset);
        } catch (AEADBadTagException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw KeySchedule.unavailable(e);
        }
    }

    private AlgorithmParameterSpec parameters(byte[] nonce) {
        return gcm ? new GCMParameterSpec(CipherSuite.TAG_BYTES * Byte.SIZE, nonce) : new IvParameterSpec(nonce);
    }

    @Override
    public String toString() {
        return "JcaAead[%s]".formatted(cipher.getAlgorithm());
    }
}
