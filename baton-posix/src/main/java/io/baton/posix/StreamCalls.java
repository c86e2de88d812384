package io.baton.posix;

import java.lang.foreign.MemorySegment;

/**
 * The data path: raw fd numbers, native buffers, no exceptions. Each returns a count or {@code -errno}; {@link Errno#of(int)} of the
 * negated value names it.
 */
public interface StreamCalls {

    /** recv(2) flag. */
    int MSG_PEEK = 0x02;

    /** recv(2) flag: on TCP, discards the bytes instead of copying them. */
    int MSG_TRUNC = 0x20;

    /** accept4(2) with SOCK_NONBLOCK and SOCK_CLOEXEC; the caller owns the number returned. */
    int accept(int listener);

    /** recv(2), 0 at end of stream. {@code buffer} is a native segment of at least {@code length} bytes. */
    int receive(int socket, MemorySegment buffer, int length, int flags);

    /** send(2) from {@code buffer[offset, offset + length)} with MSG_NOSIGNAL. */
    int send(int socket, MemorySegment buffer, int offset, int length);

    /** read(2), for pipes, eventfds and files. */
    int read(int fd, MemorySegment buffer, int length);

    /** write(2) of {@code buffer[offset, offset + length)}, for pipes, eventfds and files. */
    int write(int fd, MemorySegment buffer, int offset, int length);

    /**
     * splice(2) with SPLICE_F_MOVE and SPLICE_F_NONBLOCK; one side is a pipe. EAGAIN does not tell whether the source was empty or
     * the destination full: the caller knows what is in the pipe.
     */
    long splice(int from, int to, long length);

    /** Takes and clears SO_ERROR: 0, or the errno of what happened to the socket (positive, it is not a failure of this call). */
    int takeSocketError(int socket);

    /** shutdown(2), SHUT_WR. */
    int shutdownWrite(int socket);

    /** close(2); never retried, the fd is gone whatever is returned. */
    int close(int fd);
}
