package io.baton.tls;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Secret bytes: not printed, not compared in variable time, overwritten when closed. What the JDK's ciphers copied from them is out of
 * reach. Not thread-safe.
 */
final class Secret implements AutoCloseable {
    private final byte[] bytes;
    private boolean wiped;

    /** @param bytes taken over, not copied */
    Secret(byte[] bytes) {
        this.bytes = bytes;
    }

    static Secret copyOf(byte[] bytes, int from, int to) {
        return new Secret(Arrays.copyOfRange(bytes, from, to));
    }

    /**
     * Themselves, not a copy: not to be kept or changed.
     *
     * @throws IllegalStateException when they are wiped
     */
    byte[] bytes() {
        if (wiped) {
            throw new IllegalStateException("a secret is used after it was wiped");
        }
        return bytes;
    }

    int length() {
        return bytes.length;
    }

    Secret copy() {
        return new Secret(bytes().clone());
    }

    @Override
    public void close() {
        wiped = true;
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && MessageDigest.isEqual(bytes, secret.bytes);
    }

    /** Of the length only: a hash of the bytes would tell something about them. */
    @Override
    public int hashCode() {
        return bytes.length;
    }

    @Override
    public String toString() {
        return "Secret[%d bytes]".formatted(bytes.length);
    }
}
