package io.baton.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Linux through the FFM API: every group of calls in a class of its own, put together here. */
final class LinuxPosix implements Posix {
    static final Posix INSTANCE = new LinuxPosix();

    private static final LinuxStreams STREAMS = new LinuxStreams();
    private static final LinuxSockets SOCKETS = new LinuxSockets();
    private static final LinuxPolling POLLING = new LinuxPolling();
    private static final LinuxFiles FILES = new LinuxFiles();
    private static final LinuxMemory MEMORY = new LinuxMemory();
    private static final LinuxProcesses PROCESSES = new LinuxProcesses(FILES);

    private LinuxPosix() {}

    /** For {@link Fd}, which knows no Posix; a failure to close is nothing anybody could act upon. */
    static void closeQuietly(int fd) {
        if (fd >= 0) {
            STREAMS.close(fd);
        }
    }

    @Override
    public Fd socket(SocketFamily family, SocketType type, boolean nonBlocking) {
        return SOCKETS.socket(family, type, nonBlocking);
    }

    @Override
    public FdPair socketPair(SocketType type) {
        return SOCKETS.socketPair(type);
    }

    @Override
    public void bind(Fd socket, SocketAddress address) {
        SOCKETS.bind(socket, address);
    }

    @Override
    public void listen(Fd socket, int backlog) {
        SOCKETS.listen(socket, backlog);
    }

    @Override
    public boolean connect(Fd socket, SocketAddress address) {
        return SOCKETS.connect(socket, address);
    }

    @Override
    public SocketAddress localAddress(Fd socket) {
        return SOCKETS.localAddress(socket);
    }

    @Override
    public SocketAddress peerAddress(Fd socket) {
        return SOCKETS.peerAddress(socket);
    }

    @Override
    public int socketOption(Fd socket, SocketOption option) {
        return SOCKETS.socketOption(socket, option);
    }

    @Override
    public void setSocketOption(Fd socket, SocketOption option, int value) {
        SOCKETS.setSocketOption(socket, option, value);
    }

    @Override
    public void setLinger(Fd socket, boolean on, int seconds) {
        SOCKETS.setLinger(socket, on, seconds);
    }

    @Override
    public void directReusePort(Fd listener, int index) {
        SOCKETS.directReusePort(listener, index);
    }

    @Override
    public void spreadReusePort(Fd listener) {
        SOCKETS.spreadReusePort(listener);
    }

    @Override
    public void shutdown(Fd socket, ShutdownHow how) {
        SOCKETS.shutdown(socket, how);
    }

    @Override
    public PeerCredentials peerCredentials(Fd socket) {
        return SOCKETS.peerCredentials(socket);
    }

    @Override
    public int sendMessage(Fd socket, byte[] payload, List<Fd> fds) {
        return SOCKETS.sendMessage(socket, payload, fds);
    }

    @Override
    public int sendMessageTo(Fd socket, byte[] payload, List<Fd> fds, SocketAddress destination) {
        return SOCKETS.sendMessageTo(socket, payload, fds, destination);
    }

    @Override
    public Optional<ReceivedMessage> receiveMessage(Fd socket, int maxBytes, int maxFds) {
        return SOCKETS.receiveMessage(socket, maxBytes, maxFds);
    }

    @Override
    public int accept(int listener) {
        return STREAMS.accept(listener);
    }

    @Override
    public int receive(int socket, MemorySegment buffer, int length, int flags) {
        return STREAMS.receive(socket, buffer, length, flags);
    }

    @Override
    public int send(int socket, MemorySegment buffer, int offset, int length) {
        return STREAMS.send(socket, buffer, offset, length);
    }

    @Override
    public int read(int fd, MemorySegment buffer, int length) {
        return STREAMS.read(fd, buffer, length);
    }

    @Override
    public int write(int fd, MemorySegment buffer, int offset, int length) {
        return STREAMS.write(fd, buffer, offset, length);
    }

    @Override
    public long splice(int from, int to, long length) {
        return STREAMS.splice(from, to, length);
    }

    @Override
    public int takeSocketError(int socket) {
        return STREAMS.takeSocketError(socket);
    }

    @Override
    public int shutdownWrite(int socket) {
        return STREAMS.shutdownWrite(socket);
    }

    @Override
    public int close(int fd) {
        return STREAMS.close(fd);
    }

    @Override
    public Fd epollCreate() {
        return POLLING.epollCreate();
    }

    @Override
    public int epollControl(int epoll, EpollOperation operation, int fd, int events, long data) {
        return POLLING.epollControl(epoll, operation, fd, events, data);
    }

    @Override
    public int epollWait(int epoll, EpollEvents events, int timeoutMs) {
        return POLLING.epollWait(epoll, events, timeoutMs);
    }

    @Override
    public Fd eventFd() {
        return POLLING.eventFd();
    }

    @Override
    public Fd signalFd(Set<Integer> signals) {
        return POLLING.signalFd(signals);
    }

    @Override
    public OptionalInt readSignal(Fd signalFd) {
        return POLLING.readSignal(signalFd);
    }

    @Override
    public void signalEvent(Fd eventFd) {
        POLLING.signalEvent(eventFd);
    }

    @Override
    public void clearEvent(Fd eventFd) {
        POLLING.clearEvent(eventFd);
    }

    @Override
    public BitSet awaitReadable(List<Fd> fds, Duration timeout) {
        return POLLING.awaitReadable(fds, timeout);
    }

    @Override
    public Fd pidFd(long pid) {
        return POLLING.pidFd(pid);
    }

    @Override
    public Fd open(String path, Set<OpenFlag> flags, int mode) {
        return FILES.open(path, flags, mode);
    }

    @Override
    public void setMode(Fd fd, int mode) {
        FILES.setMode(fd, mode);
    }

    @Override
    public void unlink(String path) {
        FILES.unlink(path);
    }

    @Override
    public boolean tryLock(Fd file) {
        return FILES.tryLock(file);
    }

    @Override
    public FdPair pipe(int capacity) {
        return FILES.pipe(capacity);
    }

    @Override
    public int pipeCapacity(Fd pipe) {
        return FILES.pipeCapacity(pipe);
    }

    @Override
    public Fd duplicate(Fd fd, int lowest) {
        return FILES.duplicate(fd, lowest);
    }

    @Override
    public void setNonBlocking(Fd fd, boolean nonBlocking) {
        FILES.setNonBlocking(fd, nonBlocking);
    }

    @Override
    public void setCloseOnExec(Fd fd, boolean closeOnExec) {
        FILES.setCloseOnExec(fd, closeOnExec);
    }

    @Override
    public boolean isCloseOnExec(int fd) {
        return FILES.isCloseOnExec(fd);
    }

    @Override
    public boolean isOpen(int fd) {
        return FILES.isOpen(fd);
    }

    @Override
    public Fd openSharedMemory(String name, boolean create, int mode) {
        return MEMORY.openSharedMemory(name, create, mode);
    }

    @Override
    public void unlinkSharedMemory(String name) {
        MEMORY.unlinkSharedMemory(name);
    }

    @Override
    public Fd memoryFile(String name) {
        return MEMORY.memoryFile(name);
    }

    @Override
    public void seal(Fd memoryFile) {
        MEMORY.seal(memoryFile);
    }

    @Override
    public boolean isSealed(Fd file) {
        return MEMORY.isSealed(file);
    }

    @Override
    public void truncate(Fd file, long sizeBytes) {
        MEMORY.truncate(file, sizeBytes);
    }

    @Override
    public long size(Fd file) {
        return MEMORY.size(file);
    }

    @Override
    public MemorySegment map(Fd file, long sizeBytes, Arena arena) {
        return MEMORY.map(file, sizeBytes, arena);
    }

    @Override
    public int mutexSize() {
        return MEMORY.mutexSize();
    }

    @Override
    public void initializeMutex(MemorySegment mutex) {
        MEMORY.initializeMutex(mutex);
    }

    @Override
    public MutexResult lockMutex(MemorySegment mutex, Duration timeout) {
        return MEMORY.lockMutex(mutex, timeout);
    }

    @Override
    public void unlockMutex(MemorySegment mutex) {
        MEMORY.unlockMutex(mutex);
    }

    @Override
    public long pid() {
        return PROCESSES.pid();
    }

    @Override
    public long parentPid() {
        return PROCESSES.parentPid();
    }

    @Override
    public int effectiveUserId() {
        return PROCESSES.effectiveUserId();
    }

    @Override
    public long spawn(SpawnRequest request) {
        return PROCESSES.spawn(request);
    }

    @Override
    public PosixException execute(SpawnRequest request) {
        return PROCESSES.execute(request);
    }

    @Override
    public PosixException executeInPlace(SpawnRequest request) {
        return PROCESSES.executeInPlace(request);
    }

    @Override
    public Optional<ExitStatus> waitFor(long pid, boolean block) {
        return PROCESSES.waitFor(pid, block);
    }

    @Override
    public void kill(long pid, int signal) {
        PROCESSES.kill(pid, signal);
    }

    @Override
    public void setParentDeathSignal(int signal) {
        PROCESSES.setParentDeathSignal(signal);
    }

    @Override
    public void setNice(long thread, int nice) {
        PROCESSES.setNice(thread, nice);
    }

    @Override
    public long monotonicMicros() {
        return PROCESSES.monotonicMicros();
    }

    @Override
    public Set<Integer> blockedSignals() {
        return PROCESSES.blockedSignals();
    }

    @Override
    public void setBlockedSignals(Set<Integer> signals) {
        PROCESSES.setBlockedSignals(signals);
    }

    @Override
    public ResourceLimit openFileLimit() {
        return PROCESSES.openFileLimit();
    }

    @Override
    public void setOpenFileSoftLimit(long soft) {
        PROCESSES.setOpenFileSoftLimit(soft);
    }
}
