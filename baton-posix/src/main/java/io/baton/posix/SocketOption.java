package io.baton.posix;

/** Integer socket options, with level and number as on Linux x86-64 and aarch64; socket(7), tcp(7), ipv6(7). */
public enum SocketOption {
    SO_REUSEADDR(1, 2),
    SO_TYPE(1, 3),
    SO_ERROR(1, 4),
    SO_SNDBUF(1, 7),
    SO_RCVBUF(1, 8),
    SO_KEEPALIVE(1, 9),
    SO_REUSEPORT(1, 15),
    SO_PASSCRED(1, 16),
    SO_ACCEPTCONN(1, 30),
    SO_PROTOCOL(1, 38),
    SO_DOMAIN(1, 39),
    TCP_NODELAY(6, 1),
    TCP_DEFER_ACCEPT(6, 9),
    IPV6_V6ONLY(41, 26);

    final int level;
    final int code;

    SocketOption(int level, int code) {
        this.level = level;
        this.code = code;
    }
}
