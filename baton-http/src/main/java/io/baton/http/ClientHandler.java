package io.baton.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a client's channel says, in the words of its {@link ClientConnection}. Event loop only. */
final class ClientHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ClientHandler.class);

    private final ClientConnection client;

    ClientHandler(ClientConnection client) {
        this.client = client;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        client.active();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        client.read(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        client.readComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        client.writabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            client.inputEnded();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        client.gone();
    }

    /** With half-closure, Netty takes a reset for an end of input only. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof java.io.IOException)) {
            LOG.error("client {}: {}; the connection is closed", client.facts().address(), cause.getMessage(), cause);
        }
        client.end().close();
    }
}
