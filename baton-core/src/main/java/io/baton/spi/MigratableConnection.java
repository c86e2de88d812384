package io.baton.spi;

/**
 * A live connection that its {@link ConnectionSource} has quiesced: nothing reads from it or writes to it, none of its fds is in an
 * epoll, its timers stand still. It stays that way until exactly one of {@link #resume} and {@link #released} is called, which is always
 * the case in the end, whatever happens to the other process. Both come on the hot restart's thread and must not block: a data path
 * passes them on to the loop that owns the connection.
 */
public interface MigratableConnection {

    /** For log lines; unique within the source. */
    long id();

    /**
     * The state since it was quiesced; the same each time. Its fds stay owned by the connection: the kernel gives the other process
     * duplicates.
     */
    Snapshot snapshot();

    /** {@link System#nanoTime} when it was quiesced: where the pause began. */
    long quiescedNanos();

    /** It was not taken: go on as if nothing had happened. */
    void resume();

    /**
     * It has a new owner. Close our duplicates with close(2) alone: shutdown(2), SO_LINGER and the like would reach the socket that both
     * share. It counts as moved, not as closed, and its access log line is the new owner's to write.
     */
    void released();
}
