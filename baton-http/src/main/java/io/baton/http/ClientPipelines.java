package io.baton.http;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;

/** What a client's channel speaks: the one place where its pipeline is chosen. Event loop only. */
final class ClientPipelines {
    private ClientPipelines() {}

    /** Of a channel that was accepted here. */
    static void accepted(Worker worker, Listening listening, Channel channel) {
        new ClientConnection(worker, listening, channel).addTo(channel.pipeline());
    }

    /** Of a channel that comes from another process, with the options that one that was accepted has from its listener. */
    static ClientConnection restored(Worker worker, Listening listening, Channel channel, ConnectionSnapshot snapshot) {
        int high = worker.shared().options().bufferBytes();
        ChannelConfig config = channel.config();
        config.setAllocator(PooledByteBufAllocator.DEFAULT);
        config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        config.setWriteBufferWaterMark(new WriteBufferWaterMark(high / 2, high));
        ClientConnection connection = new ClientConnection(worker, listening, channel, snapshot);
        connection.addTo(channel.pipeline());
        return connection;
    }
}
