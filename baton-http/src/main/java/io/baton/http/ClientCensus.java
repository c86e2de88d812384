package io.baton.http;

/** Who is told that a client's connection is there, and that it is not any more. Event loop only. */
final class ClientCensus {
    private final ClientConnection client;
    private final Worker worker;
    private final Listening listening;

    ClientCensus(ClientConnection client) {
        this.client = client;
        this.worker = client.worker();
        this.listening = client.listening();
    }

    void opened(ClientOrigin origin) {
        if (origin.restored()) {
            restored();
            return;
        }
        worker.opened(client);
        if (!origin.facts().secure()) {
            worker.shared().admission().opened(); // for TLS it was when the handshake began
        }
        listening.opened();
        worker.shared()
                .observer()
                .connectionOpened(listening.name(), origin.facts().address());
    }

    /** One that another process accepted; there is room for it. */
    void restored() {
        worker.opened(client);
        listening.restored();
        worker.shared().observer().connectionRestored(listening.name());
    }

    void closed() {
        leave();
        worker.shared()
                .observer()
                .connectionClosed(listening.name(), client.head().requests());
        worker.shared().admission().closed();
    }

    /** Another process has it: it is counted, and reported, there. */
    void moved() {
        leave();
        worker.shared().observer().connectionMoved(listening.name());
        worker.shared().admission().closed();
    }

    private void leave() {
        worker.closed(client);
        listening.closed();
    }
}
