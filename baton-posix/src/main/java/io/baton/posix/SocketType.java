package io.baton.posix;

/** Socket types, with their Linux numbers on x86-64 and aarch64. */
public enum SocketType {
    STREAM(1),
    DATAGRAM(2),
    SEQPACKET(5);

    final int code;

    SocketType(int code) {
        this.code = code;
    }
}
