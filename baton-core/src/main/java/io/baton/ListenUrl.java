package io.baton;

import io.baton.posix.SocketAddress;
import io.baton.posix.SocketType;

final class ListenUrl {
    private ListenUrl() {}

    static String format(SocketAddress address, SocketType type) {
        throw new UnsupportedOperationException(address + " " + type);
    }
}
