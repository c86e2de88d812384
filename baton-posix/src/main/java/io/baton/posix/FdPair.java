package io.baton.posix;

/** Two fds made by one call: of a pipe the read and the write end, of a socket pair either end. Owned by the holder. */
public record FdPair(Fd first, Fd second) implements AutoCloseable {
    @Override
    public void close() {
        try (first) {
            second.close();
        }
    }
}
