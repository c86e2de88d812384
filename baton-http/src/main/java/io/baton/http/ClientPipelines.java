package io.baton.http;

import io.baton.tls.RecordLayerHandler;
import io.baton.tls.TlsServer;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.util.Optional;

/** What a client's channel speaks: the one place where its pipeline is chosen. Event loop only. */
final class ClientPipelines {
    private ClientPipelines() {}

    /** Of a channel that was accepted here. */
    static void accepted(Worker worker, Listening listening, Channel channel) {
        Optional<TlsServer> tls = listening.listener().tls();
        if (tls.isPresent()) {
            ClientHandshake.begin(worker, listening, channel, tls.get());
        } else {
            new ClientConnection(worker, listening, channel, ClientOrigin.accepted(worker, channel))
                    .addTo(channel.pipeline());
        }
    }

    /** Of a channel that comes from another process, with the options that one that was accepted has from its listener. */
    static ClientConnection restored(
            Worker worker,
            Listening listening,
            Channel channel,
            ConnectionSnapshot snapshot,
            Optional<RecordLayerHandler> tls) {
        int high = worker.shared().options().bufferBytes();
        ChannelConfig config = channel.config();
        config.setAllocator(PooledByteBufAllocator.DEFAULT);
        config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        config.setWriteBufferWaterMark(new WriteBufferWaterMark(high / 2, high));
        tls.ifPresent(records -> channel.pipeline().addLast(RecordLayerHandler.NAME, records));
        ClientConnection connection = new ClientConnection(worker, listening, channel, snapshot, tls.isPresent());
        connection.addTo(channel.pipeline());
        return connection;
    }
}
