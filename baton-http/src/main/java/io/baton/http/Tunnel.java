package io.baton.http;

/** The ends of an upgraded connection's two directions: each is passed on, and with both the tunnel is over. Event loop only. */
final class Tunnel {
    private final ClientConnection client;
    private final UpstreamConnection upstream;
    private boolean clientEnded;
    private boolean upstreamEnded;

    Tunnel(ClientConnection client, UpstreamConnection upstream) {
        this.client = client;
        this.upstream = upstream;
        upstream.becomeTunnel();
    }

    void clientEnded() {
        if (clientEnded) {
            return;
        }
        clientEnded = true;
        if (upstreamEnded) {
            upstream.close();
        } else {
            upstream.shutdownOutput();
        }
    }

    void upstreamEnded() {
        upstreamEnded = true;
        if (clientEnded) {
            upstream.close();
        } else {
            client.shutdownOutput();
        }
    }
}
