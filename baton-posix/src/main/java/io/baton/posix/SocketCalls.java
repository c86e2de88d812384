package io.baton.posix;

import java.util.List;
import java.util.Optional;

/** Sockets off the data path: set-up, names, options, and messages that carry fds. */
public interface SocketCalls {

    /** The largest number of fds the kernel passes in one message: SCM_MAX_FD, unix(7). */
    int MAX_FDS_PER_MESSAGE = 253;

    /** Opens a close-on-exec socket; socket(2). The caller owns the result. */
    Fd socket(SocketFamily family, SocketType type, boolean nonBlocking);

    /** A connected pair of blocking AF_UNIX sockets; socketpair(2). The caller owns both. */
    FdPair socketPair(SocketType type);

    /**
     * bind(2).
     *
     * @throws IllegalArgumentException for a UNIX name that is too long, see {@link SocketAddress}
     */
    void bind(Fd socket, SocketAddress address);

    void listen(Fd socket, int backlog);

    /**
     * Starts or completes a connect(2). A non-blocking UNIX socket whose listener has its backlog full is not connecting: EAGAIN.
     *
     * @return true when connected, false when a non-blocking socket is still connecting (EINPROGRESS)
     */
    boolean connect(Fd socket, SocketAddress address);

    /** getsockname(2). */
    SocketAddress localAddress(Fd socket);

    /** getpeername(2). */
    SocketAddress peerAddress(Fd socket);

    int socketOption(Fd socket, SocketOption option);

    void setSocketOption(Fd socket, SocketOption option, int value);

    /** SO_LINGER; {@code on} with 0 seconds makes the next close send RST; socket(7). */
    void setLinger(Fd socket, boolean on, int seconds);

    /**
     * SO_ATTACH_REUSEPORT_CBPF: of the sockets that listen on the address of {@code listener} by SO_REUSEPORT, one gets all new connections,
     * until {@link #spreadReusePort}; socket(7). Connections that wait in the others' queues stay there.
     *
     * @param index which: they are counted in the order in which they began to listen, and when one is closed the last takes its place
     */
    void directReusePort(Fd listener, int index);

    /** SO_DETACH_REUSEPORT_BPF: they share them again. Linux 5.3. ENOENT when they do already. */
    void spreadReusePort(Fd listener);

    void shutdown(Fd socket, ShutdownHow how);

    /** SO_PEERCRED: who connected or made the pair, as the kernel recorded it then; unix(7). */
    PeerCredentials peerCredentials(Fd socket);

    /**
     * Sends one message with fds attached (SCM_RIGHTS) on a connected socket, MSG_NOSIGNAL. The fds stay open and owned by the
     * caller: the peer gets duplicates.
     *
     * @return bytes sent; on a stream socket it can be fewer than given (the fds have then gone with the first byte)
     * @throws PosixException EAGAIN on a full non-blocking socket; ETOOMANYREFS when too many fds of the user are in flight
     * @throws IllegalArgumentException with more than {@link #MAX_FDS_PER_MESSAGE} fds, or with fds but no byte to carry them
     */
    int sendMessage(Fd socket, byte[] payload, List<Fd> fds);

    /** As {@link #sendMessage}, from an unconnected datagram socket to {@code destination}; ECONNREFUSED when nobody has it bound. */
    int sendMessageTo(Fd socket, byte[] payload, List<Fd> fds, SocketAddress destination);

    /**
     * Receives one message with any fds attached, close-on-exec (MSG_CMSG_CLOEXEC).
     *
     * @return the message, whose fds the caller owns; empty when a non-blocking socket has none. End of stream is a message with no
     *     bytes (as is an empty datagram)
     * @throws PosixException EMSGSIZE when payload or fds did not fit (MSG_TRUNC, MSG_CTRUNC): what fds had arrived are closed
     */
    Optional<ReceivedMessage> receiveMessage(Fd socket, int maxBytes, int maxFds);
}
