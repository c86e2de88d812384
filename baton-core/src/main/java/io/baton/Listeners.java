package io.baton;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketOption;
import io.baton.posix.SocketType;
import io.baton.spi.Heirloom;
import java.io.IOException;
import java.net.Inet6Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All listening (and bound datagram) sockets of this process: inherited from the parent where it has them, or from whoever else left
 * some ({@link #adopt}), bound where not, and handed to the child when it asks. Thread-safe. Owns every fd until {@link #closeAll}.
 */
public final class Listeners {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final Posix posix;
    private final ParentSockets parent;
    private final List<ListenerSocket> sockets = new ArrayList<>();
    private final List<InheritedSocket> unclaimed = new ArrayList<>();

    /** A child has got at least one of our sockets: paths are its to remove. */
    private boolean handedOver;

    /** A program that is no child of ours has got them: whether it lives, nobody tells us. */
    private boolean handedOut;

    private boolean pathsKept;

    /** What a child has got. */
    private final Set<ListenerSocket> passedOn = new HashSet<>();

    private final ReusePortSteering steering;

    /** We are ready: until then the paths of inherited sockets are those of a parent that serves on if we fail. */
    private boolean takenOver;

    private final ForeignPaths foreignPaths;

    Listeners(Posix posix, ParentSockets parent) {
        this.posix = posix;
        this.parent = parent;
        this.steering = new ReusePortSteering(posix);
        this.foreignPaths = new ForeignPaths(posix);
    }

    /** What the next process must know of paths that are neither its nor ours. */
    Heirloom foreignPaths() {
        return foreignPaths;
    }

    /**
     * Sockets that {@link #listen} is to take before it binds one. What no listener has claimed when this process is ready is closed; of
     * duplicates of one socket only the first is kept. Before {@link #listen}.
     *
     * @param inherited now owned here, whatever becomes of them
     */
    public synchronized void adopt(Collection<InheritedSocket> inherited) {
        Set<String> known = new HashSet<>();
        unclaimed.forEach(socket -> identity(socket.fd()).ifPresent(known::add));
        for (InheritedSocket socket : inherited) {
            Optional<String> identity = identity(socket.fd());
            if (identity.isPresent() && !known.add(identity.get())) {
                LOG.debug("{}: the same socket came twice", socket);
                socket.fd().close();
            } else {
                unclaimed.add(socket);
            }
        }
    }

    /** Inherited sockets that no listener has claimed so far. Their fds are borrowed. */
    public synchronized List<InheritedSocket> unclaimed() {
        return List.copyOf(unclaimed);
    }

    /**
     * An inherited socket for {@code spec}, the parent's, or else a freshly bound one that needs {@link ListenerSocket#activate}. After
     * {@link HotRestart#ready} always a freshly bound one: a draining parent has none.
     *
     * @throws HotRestartException when the parent does not answer in time, or passes a socket that is not what was asked for; or when an
     *     inherited socket on another address is in the way
     * @throws PosixException when binding fails; EADDRINUSE when a live process listens on a UNIX path
     */
    public synchronized ListenerSocket listen(ListenSpec spec) throws HotRestartException {
        for (ListenerSocket socket : sockets) {
            if (socket.spec().sameSocket(spec)) {
                throw new IllegalArgumentException(
                        "%s (worker %d) is listened on already".formatted(spec.url(), spec.workerIndex()));
            }
        }
        // What came by itself first: a parent that has started us has left us duplicates of all its sockets.
        Optional<ListenerSocket> inherited = spec.anyPort() ? Optional.empty() : claim(spec);
        if (inherited.isEmpty() && !spec.anyPort()) {
            inherited = inherit(spec);
        }
        ListenerSocket socket = inherited.isPresent() ? inherited.get() : bindBesideInherited(spec);
        sockets.add(socket);
        return socket;
    }

    /**
     * The parent's further sockets on the address of {@code spec}: those of workers that this process does not have. Somebody must
     * accept from each, or what waits in its queue is lost. Call it after {@link #listen} for the own workers.
     */
    public synchronized List<ListenerSocket> surplus(ListenSpec spec) throws HotRestartException {
        List<ListenerSocket> found = new ArrayList<>();
        if (spec.anyPort()) {
            return found;
        }
        int first = sockets.stream()
                .filter(socket -> socket.spec().sameAddress(spec))
                .mapToInt(socket -> socket.spec().workerIndex() + 1)
                .max()
                .orElse(0);
        for (int worker = first; worker < ListenSpec.MAX_WORKERS; worker++) {
            ListenSpec next = new ListenSpec(spec.address(), spec.type(), worker, true, spec.backlog());
            Optional<ListenerSocket> socket = claim(next);
            if (socket.isEmpty()) {
                socket = inherit(next);
            }
            if (socket.isEmpty()) {
                break;
            }
            if (haveAlready(socket.get())) { // a parent without reuse_port has one socket for any worker index
                socket.get().fd().close();
                break;
            }
            sockets.add(socket.get());
            found.add(socket.get());
        }
        return found;
    }

    /** Every socket there is. */
    public synchronized List<ListenerSocket> all() {
        return List.copyOf(sockets);
    }

    /**
     * Duplicates of the sockets, one for each address, for a program that is no child of ours: an nginx that is started with them, an
     * HAProxy that asks. From now on the paths of UNIX listeners are left alone: they may be that program's.
     *
     * <p>One for each address, because such a program takes one, and what waits in the queues of the others is reset when we close
     * them: see {@link #directToHandedOut}.
     *
     * @return the caller owns them; none once this process drains
     * @throws io.baton.posix.PosixException when there are not enough fds for all; none is returned then
     */
    public synchronized List<Fd> duplicates() {
        List<Fd> duplicates = new ArrayList<>();
        try {
            for (ListenerSocket socket : ReusePortSteering.firstOfEach(sockets)) {
                duplicates.add(posix.duplicate(socket.fd(), 0));
            }
        } catch (RuntimeException e) {
            duplicates.forEach(Fd::close);
            throw e;
        }
        handedOut |= !duplicates.isEmpty();
        return duplicates;
    }

    /** Does something with every socket, none of which is closed meanwhile; it must not wait. */
    public synchronized void forEach(Consumer<ListenerSocket> action) {
        sockets.forEach(action);
    }

    /** Leaves the paths of UNIX listeners alone from now on: somebody keeps the sockets for a process that may come later. */
    public synchronized void keepPaths() {
        pathsKept = true;
    }

    /** Those that no child has asked for. Their fds are borrowed. */
    public synchronized List<ListenerSocket> notPassedOn() {
        return sockets.stream().filter(socket -> !passedOn.contains(socket)).toList();
    }

    /**
     * Where several of our sockets listen on one address by SO_REUSEPORT, has new connections come to that one of them only that was
     * handed out. To be called some time, longer than a handshake takes, before this process stops accepting: what is on its way to the
     * others still arrives there.
     *
     * @return whether there was anything to direct, and so something to wait for
     */
    public synchronized boolean directToHandedOut() {
        return handedOut && steering.begin(sockets);
    }

    /**
     * Closes every fd. Paths of UNIX listeners are removed unless they are somebody else's: the child's, once it has been given sockets,
     * that of whoever has got {@link #duplicates}, and the parent's before {@link HotRestart#ready}. Idempotent.
     */
    public synchronized void closeAll() {
        for (ListenerSocket socket : sockets) {
            boolean ours = !handedOver && !handedOut && !pathsKept && (takenOver || !socket.inherited());
            if (ours
                    && socket.boundAddress() instanceof SocketAddress.UnixPath(String path)
                    && foreignPaths.mayRemove(path, socket.paths())) {
                UnixPaths.unlinkQuietly(posix, path);
            }
            if (!steering.hasChosen(socket)) {
                socket.fd().close();
            }
        }
        steering.end();
        sockets.forEach(socket -> socket.fd().close());
        sockets.clear();
        unclaimed.forEach(socket -> socket.fd().close());
        unclaimed.clear();
    }

    /** The socket a child asks for: same address and type, and the worker's own or, without reuse_port, the one that all share. */
    synchronized Optional<Fd> forChild(String url, int workerIndex) {
        Optional<ListenerSocket> found = ListenUrl.parse(url)
                .flatMap(wanted -> sockets.stream()
                        .filter(socket -> socket.boundAddress().equals(wanted.address())
                                && socket.spec().type() == wanted.type()
                                && (socket.spec().workerIndex() == workerIndex
                                        || !socket.spec().reusePort()))
                        .findFirst());
        found.ifPresent(passedOn::add);
        return found.map(ListenerSocket::fd);
    }

    /** From now on the child answers for the paths; false takes that back when the child has failed. */
    synchronized void handedOver(boolean toChild) {
        handedOver = toChild;
        if (!toChild) {
            passedOn.clear();
        }
    }

    /** From now on the paths of inherited sockets are ours: the parent stops accepting. */
    synchronized void takenOver() {
        takenOver = true;
        for (InheritedSocket socket : unclaimed) {
            LOG.debug("{}: no listener is configured there, it is closed", socket);
            if (socket.paths() == PathPolicy.LIKE_NGINX
                    && socket.address() instanceof SocketAddress.UnixPath path
                    && sockets.stream().noneMatch(used -> used.boundAddress().equals(path))) {
                UnixPaths.unlinkQuietly(posix, path.path());
            }
            socket.fd().close();
        }
        unclaimed.clear();
    }

    private Optional<ListenerSocket> claim(ListenSpec spec) {
        Optional<InheritedSocket> found =
                unclaimed.stream().filter(socket -> socket.isFor(spec)).findFirst();
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Fd fd = found.get().fd();
        posix.setNonBlocking(fd, true);
        if (spec.type() != SocketType.DATAGRAM) {
            posix.listen(fd, spec.backlog()); // whoever bound it may not have, and nginx never does so for its child
        }
        PathPolicy paths = found.get().paths();
        ListenerSocket socket = new ListenerSocket(posix, fd, spec, true, paths);
        unclaimed.remove(found.get());
        if (paths == PathPolicy.LEFT_ALONE && spec.address() instanceof SocketAddress.UnixPath(String path)) {
            foreignPaths.add(path);
        }
        LOG.debug("{}: inherited for {}", found.get(), spec.url());
        return Optional.of(socket);
    }

    private Optional<ListenerSocket> inherit(ListenSpec spec) throws HotRestartException {
        Optional<Fd> fd = parent.inherit(spec.url(), spec.workerIndex());
        if (fd.isEmpty()) {
            return Optional.empty();
        }
        try {
            requireType(fd.get(), spec);
            requireAddress(fd.get(), spec);
            posix.setNonBlocking(fd.get(), true);
            LOG.debug("obtained socket for address {} worker {} from parent", spec.url(), spec.workerIndex());
            return Optional.of(new ListenerSocket(posix, fd.get(), spec, true, PathPolicy.OURS));
        } catch (HotRestartException | RuntimeException e) {
            fd.get().close();
            throw e;
        }
    }

    private void requireType(Fd fd, ListenSpec spec) throws HotRestartException {
        int wanted = spec.type() == SocketType.DATAGRAM ? 2 : 1; // SOCK_DGRAM, SOCK_STREAM; socket(2)
        int actual = posix.socketOption(fd, SocketOption.SO_TYPE);
        if (actual != wanted) {
            throw new HotRestartException("the parent passed a socket of type %d for %s, expected type %d"
                    .formatted(actual, spec.url(), wanted));
        }
    }

    /** An answer to an earlier question would be a socket of some other listener. */
    private void requireAddress(Fd fd, ListenSpec spec) throws HotRestartException {
        SocketAddress actual = posix.localAddress(fd);
        if (!spec.isAt(actual)) {
            throw new HotRestartException(
                    "the parent passed a socket bound to %s for %s".formatted(actual, spec.url()));
        }
    }

    /** An inherited {@code 0.0.0.0:80} does not let {@code 127.0.0.1:80} be bound, and EADDRINUSE alone would not tell why. */
    private ListenerSocket bindBesideInherited(ListenSpec spec) throws HotRestartException {
        try {
            return bind(spec);
        } catch (PosixException e) {
            Optional<InheritedSocket> inTheWay = unclaimed.stream()
                    .filter(socket -> e.errno() == Errno.EADDRINUSE && socket.samePort(spec))
                    .findFirst();
            if (inTheWay.isEmpty() || spec.workerIndex() > 0) {
                throw e;
            }
            throw new HotRestartException(
                    "cannot bind %s beside the inherited %s: give the listener that very address"
                            .formatted(spec.url(), inTheWay.get()),
                    e);
        }
    }

    private ListenerSocket bind(ListenSpec spec) {
        SocketFamily family = switch (spec.address()) {
            case SocketAddress.Inet inet ->
                inet.host() instanceof Inet6Address ? SocketFamily.INET6 : SocketFamily.INET;
            case SocketAddress.UnixPath path -> SocketFamily.UNIX;
            case SocketAddress.UnixAbstract name -> SocketFamily.UNIX;
            case SocketAddress.UnixUnnamed unnamed -> SocketFamily.UNIX;
        };
        Fd fd = posix.socket(family, spec.type(), true);
        try {
            if (spec.address() instanceof SocketAddress.UnixPath path) {
                UnixPaths.bindReplacingStale(posix, fd, path, spec.type());
            } else {
                setOptions(fd, family, spec);
                posix.bind(fd, spec.address());
            }
            return new ListenerSocket(posix, fd, spec, false, PathPolicy.OURS);
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    private void setOptions(Fd fd, SocketFamily family, ListenSpec spec) {
        if (family == SocketFamily.UNIX) {
            return;
        }
        if (spec.type() == SocketType.STREAM) {
            posix.setSocketOption(fd, SocketOption.SO_REUSEADDR, 1);
        }
        if (spec.reusePort()) {
            posix.setSocketOption(fd, SocketOption.SO_REUSEPORT, 1);
        }
        if (family == SocketFamily.INET6) {
            posix.setSocketOption(fd, SocketOption.IPV6_V6ONLY, 1); // as Envoy does: 0.0.0.0 and [::] are two listeners
        }
    }

    private boolean haveAlready(ListenerSocket candidate) {
        Optional<String> identity = identity(candidate.fd());
        return identity.isPresent()
                && sockets.stream().anyMatch(socket -> identity(socket.fd()).equals(identity));
    }

    /** {@code socket:[4711]}, the same for all duplicates of a socket. */
    private static Optional<String> identity(Fd fd) {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd.number()))
                    .toString());
        } catch (IOException e) {
            return Optional.empty(); // no /proc: a duplicate too many does no harm
        }
    }
}
