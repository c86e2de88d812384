package io.baton.posix;

import static io.baton.posix.PosixException.check;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/** {@link SocketCalls} on Linux. */
final class LinuxSockets implements SocketCalls {
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_REUSEPORT_CBPF = 51;
    private static final int SO_DETACH_REUSEPORT_BPF = 68;
    private static final short BPF_RETURN_CONSTANT = 0x06;
    private static final int BPF_INSTRUCTION_BYTES = 8;
    private static final int BPF_PROGRAM_BYTES = 16;
    private static final int SO_LINGER = 13;
    private static final int SO_PEERCRED = 17;
    private static final int CREDENTIALS_BYTES = 12;
    private static final int LINGER_BYTES = 8;

    private final LinuxMessages messages = new LinuxMessages();

    /** Bound at the first call, not when the class is loaded. */
    private static final class Native {
        private static final NativeCall SOCKET = NativeCall.words("socket", 3);
        private static final NativeCall SOCKETPAIR = NativeCall.words("socketpair", 4);
        private static final NativeCall BIND = NativeCall.words("bind", 3);
        private static final NativeCall LISTEN = NativeCall.words("listen", 2);
        // Made again after EINTR, a blocking connect on Linux goes on waiting for the same handshake.
        private static final NativeCall CONNECT = NativeCall.words("connect", 3);
        private static final NativeCall GETSOCKNAME = NativeCall.words("getsockname", 3);
        private static final NativeCall GETPEERNAME = NativeCall.words("getpeername", 3);
        private static final NativeCall GETSOCKOPT = NativeCall.words("getsockopt", 5);
        private static final NativeCall SETSOCKOPT = NativeCall.words("setsockopt", 5);
        private static final NativeCall SHUTDOWN = NativeCall.words("shutdown", 2);
    }

    @Override
    public Fd socket(SocketFamily family, SocketType type, boolean nonBlocking) {
        int flags = SOCK_CLOEXEC | (nonBlocking ? SOCK_NONBLOCK : 0);
        return Fd.own((int) check(
                Native.SOCKET.call(family.code, type.code | flags, 0), "socket(family=%s, type=%s)", family, type));
    }

    @Override
    public FdPair socketPair(SocketType type) {
        MemorySegment pair = CallScratch.argument();
        check(
                Native.SOCKETPAIR.call(SocketFamily.UNIX.code, type.code | SOCK_CLOEXEC, 0, pair.address()),
                "socketpair(family=UNIX, type=%s)",
                type);
        return new FdPair(Fd.own(pair.get(JAVA_INT, 0)), Fd.own(pair.get(JAVA_INT, Integer.BYTES)));
    }

    @Override
    public void bind(Fd socket, SocketAddress address) {
        int number = socket.number();
        check(withAddress(Native.BIND, number, address), "bind(fd=%d, address=%s)", number, address);
    }

    @Override
    public void listen(Fd socket, int backlog) {
        int number = socket.number();
        check(Native.LISTEN.call(number, backlog), "listen(fd=%d, backlog=%d)", number, backlog);
    }

    @Override
    public boolean connect(Fd socket, SocketAddress address) {
        int number = socket.number();
        long result = withAddress(Native.CONNECT, number, address);
        if (result == -Errno.EINPROGRESS.number()) {
            return false;
        }
        check(result, "connect(fd=%d, address=%s)", number, address);
        return true;
    }

    private static long withAddress(NativeCall call, int number, SocketAddress address) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(SocketAddressCodec.MAX_BYTES, Long.BYTES);
            int length = SocketAddressCodec.encode(address, name);
            return call.call(number, name.address(), length);
        }
    }

    @Override
    public SocketAddress localAddress(Fd socket) {
        return address(Native.GETSOCKNAME, "getsockname", socket.number());
    }

    @Override
    public SocketAddress peerAddress(Fd socket) {
        return address(Native.GETPEERNAME, "getpeername", socket.number());
    }

    private static SocketAddress address(NativeCall call, String function, int number) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(SocketAddressCodec.MAX_BYTES, Long.BYTES);
            MemorySegment length = arena.allocateFrom(JAVA_INT, SocketAddressCodec.MAX_BYTES);
            check(call.call(number, name.address(), length.address()), "%s(fd=%d)", function, number);
            int bytes = length.get(JAVA_INT, 0);
            if (!SocketAddressCodec.isKnown(name, bytes)) {
                throw new PosixException("%s(fd=%d)".formatted(function, number), Errno.EAFNOSUPPORT.number());
            }
            return SocketAddressCodec.decode(name, bytes);
        }
    }

    @Override
    public int socketOption(Fd socket, SocketOption option) {
        int number = socket.number();
        MemorySegment value = getOption(number, option.level, option.code, Integer.BYTES, option.name());
        return value.get(JAVA_INT, 0);
    }

    @Override
    public PeerCredentials peerCredentials(Fd socket) {
        MemorySegment ucred = getOption(socket.number(), SOL_SOCKET, SO_PEERCRED, CREDENTIALS_BYTES, "SO_PEERCRED");
        return new PeerCredentials(ucred.get(JAVA_INT, 0), ucred.get(JAVA_INT, 4), ucred.get(JAVA_INT, 8));
    }

    /** Leaves the option's value in the thread's scratch memory; its length takes the last four bytes of that. */
    private static MemorySegment getOption(int number, int level, int option, int bytes, String name) {
        MemorySegment scratch = CallScratch.argument();
        int lengthOffset = CallScratch.ARGUMENT_BYTES - Integer.BYTES;
        scratch.set(JAVA_INT, lengthOffset, bytes);
        long value = scratch.address();
        check(
                Native.GETSOCKOPT.call(number, level, option, value, value + lengthOffset),
                "getsockopt(fd=%d, option=%s)",
                number,
                name);
        return scratch;
    }

    @Override
    public void setSocketOption(Fd socket, SocketOption option, int value) {
        int number = socket.number();
        MemorySegment scratch = CallScratch.argument();
        scratch.set(JAVA_INT, 0, value);
        check(
                Native.SETSOCKOPT.call(number, option.level, option.code, scratch.address(), Integer.BYTES),
                "setsockopt(fd=%d, option=%s, value=%d)",
                number,
                option,
                value);
    }

    @Override
    public void setLinger(Fd socket, boolean on, int seconds) {
        int number = socket.number();
        MemorySegment linger = CallScratch.argument();
        linger.set(JAVA_INT, 0, on ? 1 : 0);
        linger.set(JAVA_INT, Integer.BYTES, seconds);
        check(
                Native.SETSOCKOPT.call(number, SOL_SOCKET, SO_LINGER, linger.address(), LINGER_BYTES),
                "setsockopt(fd=%d, option=SO_LINGER, on=%b, seconds=%d)",
                number,
                on,
                seconds);
    }

    /** One instruction, {@code return index}: struct sock_fprog {u16 len; sock_filter *} with one {u16 code; u8 jt, jf; u32 k}. */
    @Override
    public void directReusePort(Fd listener, int index) {
        int number = listener.number();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment filter = arena.allocate(BPF_INSTRUCTION_BYTES, Integer.BYTES);
            filter.set(JAVA_SHORT, 0, BPF_RETURN_CONSTANT);
            filter.set(JAVA_INT, Integer.BYTES, index);
            MemorySegment program = arena.allocate(BPF_PROGRAM_BYTES, Long.BYTES);
            program.set(JAVA_SHORT, 0, (short) 1);
            program.set(JAVA_LONG, Long.BYTES, filter.address());
            check(
                    Native.SETSOCKOPT.call(
                            number, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, program.address(), BPF_PROGRAM_BYTES),
                    "setsockopt(fd=%d, option=SO_ATTACH_REUSEPORT_CBPF, index=%d)",
                    number,
                    index);
        }
    }

    @Override
    public void spreadReusePort(Fd listener) {
        int number = listener.number();
        MemorySegment unused = CallScratch.argument();
        check(
                Native.SETSOCKOPT.call(number, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, unused.address(), Integer.BYTES),
                "setsockopt(fd=%d, option=SO_DETACH_REUSEPORT_BPF)",
                number);
    }

    @Override
    public void shutdown(Fd socket, ShutdownHow how) {
        int number = socket.number();
        check(Native.SHUTDOWN.call(number, how.code), "shutdown(fd=%d, how=%s)", number, how);
    }

    @Override
    public int sendMessage(Fd socket, byte[] payload, List<Fd> fds) {
        return messages.send(socket, payload, fds, null);
    }

    @Override
    public int sendMessageTo(Fd socket, byte[] payload, List<Fd> fds, SocketAddress destination) {
        return messages.send(socket, payload, fds, destination);
    }

    @Override
    public Optional<ReceivedMessage> receiveMessage(Fd socket, int maxBytes, int maxFds) {
        return messages.receive(socket, maxBytes, maxFds);
    }
}
