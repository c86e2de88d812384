package io.baton.http;

import io.netty.buffer.ByteBuf;

/**
 * An upgraded connection: bytes go both ways. The ends of its two directions are passed on, and with both it is over. Event loop only.
 */
final class Tunnel {
    private final ClientConnection client;
    private final UpstreamConnection upstream;
    private final ExchangeRecord record;
    private boolean clientEnded;
    private boolean upstreamEnded;

    Tunnel(ClientConnection client, UpstreamConnection upstream, ExchangeRecord record) {
        this.client = client;
        this.upstream = upstream;
        this.record = record;
    }

    /** What each side had said before goes now. */
    void begin() {
        client.output().becomeBytes();
        upstream.writesBytes();
        client.input().becomeBytes();
        upstream.readsBytes();
    }

    /** Takes over the client's bytes. */
    void request(ByteBuf bytes) {
        record.received(bytes.readableBytes());
        upstream.write(bytes);
    }

    /** Takes over the upstream's bytes. */
    void response(ByteBuf bytes) {
        record.sent(bytes.readableBytes());
        client.output().write(bytes);
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
            client.end().shutdownOutput();
        }
    }
}
