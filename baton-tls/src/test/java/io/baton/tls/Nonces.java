package io.baton.tls;

import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.AEADBadTagException;

/** Every key and nonce that anything is sealed with, of every owner that a connection has. Thread-safe. */
final class Nonces {
    private final Set<String> used = ConcurrentHashMap.newKeySet();
    private final Set<String> twice = ConcurrentHashMap.newKeySet();
    private final AtomicLong sealed = new AtomicLong();

    Aead create(CipherSuite suite, byte[] key) {
        Aead aead = new JcaAead(suite, key);
        String name = HexFormat.of().formatHex(key);
        return new Aead() {
            @Override
            public void seal(byte[] nonce, byte[] aad, int aadLength, byte[] buffer, int offset, int length) {
                note(name, nonce);
                aead.seal(nonce, aad, aadLength, buffer, offset, length);
            }

            @Override
            public int open(
                    byte[] nonce,
                    byte[] aad,
                    int aadLength,
                    byte[] in,
                    int offset,
                    int length,
                    byte[] out,
                    int outOffset)
                    throws AEADBadTagException {
                return aead.open(nonce, aad, aadLength, in, offset, length, out, outOffset);
            }
        };
    }

    private void note(String key, byte[] nonce) {
        sealed.incrementAndGet();
        String both = key + HexFormat.of().formatHex(nonce);
        if (!used.add(both)) {
            twice.add(both);
        }
    }

    /** Empty, or a nonce was used twice with one key. */
    Set<String> twice() {
        return twice;
    }

    long sealed() {
        return sealed.get();
    }
}
