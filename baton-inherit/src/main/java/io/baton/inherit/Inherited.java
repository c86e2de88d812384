package io.baton.inherit;

import io.baton.InheritedSocket;
import java.util.ArrayList;
import java.util.List;

/** Sockets that have come, owned here until somebody takes them over. For one thread. */
public final class Inherited implements AutoCloseable {
    private final List<InheritedSocket> sockets;
    private final List<String> skipped;
    private final Acknowledgement acknowledgement;

    Inherited(List<InheritedSocket> sockets, List<String> skipped) {
        this(sockets, skipped, new Acknowledgement.None());
    }

    private Inherited(List<InheritedSocket> sockets, List<String> skipped, Acknowledgement acknowledgement) {
        this.sockets = new ArrayList<>(sockets);
        this.skipped = List.copyOf(skipped);
        this.acknowledgement = acknowledgement;
    }

    static Inherited nothing() {
        return new Inherited(List.of(), List.of());
    }

    /** The same sockets, now owned by the result. */
    Inherited acknowledgedBy(Acknowledgement how) {
        return new Inherited(sockets, skipped, how);
    }

    /** What has come; still owned here. */
    public List<InheritedSocket> sockets() {
        return List.copyOf(sockets);
    }

    /** The same, which the caller owns from now on. */
    public List<InheritedSocket> release() {
        List<InheritedSocket> released = List.copyOf(sockets);
        sockets.clear();
        return released;
    }

    /** What was announced and is no listening socket, a line for people each. */
    public List<String> skipped() {
        return skipped;
    }

    /**
     * Tells whoever gave the sockets, if they wait for it, that this process serves: they then end. Waits 2 s at most.
     *
     * @throws InheritException when it could not be told
     */
    public void acknowledge() throws InheritException {
        acknowledgement.send();
    }

    /** Closes what nobody took over. A giver that was not told that we serve goes on serving. Idempotent. */
    @Override
    public void close() {
        release().forEach(socket -> socket.fd().close());
        acknowledgement.close();
    }
}
