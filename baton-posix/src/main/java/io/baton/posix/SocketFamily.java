package io.baton.posix;

/** Address families, with their Linux numbers. */
public enum SocketFamily {
    UNIX(1),
    INET(2),
    INET6(10);

    final int code;

    SocketFamily(int code) {
        this.code = code;
    }
}
