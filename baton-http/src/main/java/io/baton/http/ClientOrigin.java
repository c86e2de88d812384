package io.baton.http;

import io.netty.channel.Channel;

/**
 * Where a client's connection comes from.
 *
 * @param id keeps for its whole life
 * @param restored whether another process accepted it
 * @param http2 whether TLS has agreed on HTTP/2
 */
record ClientOrigin(long id, ClientFacts facts, boolean restored, boolean http2) {

    /** It was accepted here, and is plain. */
    static ClientOrigin accepted(Worker worker, Channel channel) {
        return new ClientOrigin(worker.shared().nextConnectionId(), ClientFacts.of(channel, false), false, false);
    }

    /** It was accepted here, and speaks TLS. */
    static ClientOrigin secured(Worker worker, Channel channel, boolean http2) {
        return new ClientOrigin(worker.shared().nextConnectionId(), ClientFacts.of(channel, true), false, http2);
    }

    static ClientOrigin restored(ConnectionSnapshot snapshot, boolean secure) {
        return new ClientOrigin(
                snapshot.id(), new ClientFacts(snapshot.client(), snapshot.local(), secure), true, false);
    }
}
