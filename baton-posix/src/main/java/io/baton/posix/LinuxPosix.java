package io.baton.posix;

import java.lang.reflect.Proxy;

/** Stands until the calls are bound. */
final class LinuxPosix {
    static final Posix INSTANCE = (Posix) Proxy.newProxyInstance(
            Posix.class.getClassLoader(), new Class<?>[] {Posix.class}, (proxy, method, args) -> {
                throw new UnsupportedOperationException(method.getName());
            });

    private LinuxPosix() {}

    static void closeQuietly(int fd) {
        if (fd >= 0) {
            throw new UnsupportedOperationException("close " + fd);
        }
    }
}
