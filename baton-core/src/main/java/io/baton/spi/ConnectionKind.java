package io.baton.spi;

import java.nio.charset.StandardCharsets;

/**
 * What a snapshot is a snapshot of. The two processes may be of different releases: the one that offers writes the version it knows, the
 * one that adopts says which it can read.
 *
 * @param name of the data path and protocol, such as {@code relay}; 1 to {@value #MAX_NAME_BYTES} bytes of UTF-8
 * @param version of the snapshot's format, from 1
 */
public record ConnectionKind(String name, int version) {
    public static final int MAX_NAME_BYTES = 64;

    public ConnectionKind {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "connection kind is '%s', expected a name of 1 to %d bytes".formatted(name, MAX_NAME_BYTES));
        }
        if (version < 1) {
            throw new IllegalArgumentException(
                    "version of connection kind %s is %d, expected 1 or more".formatted(name, version));
        }
    }

    @Override
    public String toString() {
        return name + "/" + version;
    }
}
