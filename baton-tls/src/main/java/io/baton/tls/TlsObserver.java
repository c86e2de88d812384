package io.baton.tls;

import io.netty.channel.Channel;

/** What becomes of handshakes. Called on the channel's event loop. */
public interface TlsObserver {

    /**
     * The channel now carries the application's bytes. Its handlers are to be added, behind what there is, before this returns; they are
     * then told that the channel is active. Whether the connection can move: when the pipeline has a {@link RecordLayerHandler}.
     */
    void established(Channel channel, TlsSession session);

    /** It does not come to that; the channel is closed. */
    void failed(Channel channel, Throwable cause);
}
