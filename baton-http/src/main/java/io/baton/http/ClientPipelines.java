package io.baton.http;

import io.netty.channel.Channel;

/** What a client's channel speaks: the one place where its pipeline is chosen. Event loop only. */
final class ClientPipelines {
    private ClientPipelines() {}

    /** Of a channel that was accepted here. */
    static void accepted(Worker worker, Listening listening, Channel channel) {
        new ClientConnection(worker, listening, channel).addTo(channel.pipeline());
    }
}
