package io.baton.tls;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.ReceivedMessage;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A process that takes one connection over, echoes what comes on it, and gives it to the socket whose path it is told. */
final class TlsHop {
    private static final int MOST_BYTES = 1 << 16;

    private TlsHop() {}

    public static void main(String[] arguments) throws Exception {
        Posix posix = Posix.linux();
        try (Fd socket = posix.socket(SocketFamily.UNIX, SocketType.DATAGRAM, false);
                BufferedReader told = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            posix.bind(socket, new SocketAddress.UnixPath(arguments[0]));
            EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
            System.out.println("ready");
            ReceivedMessage message =
                    posix.receiveMessage(socket, MOST_BYTES, 1).orElseThrow();
            Channel channel = adopt(message, loops);
            System.out.println("adopted");
            String next = told.readLine();
            give(posix, channel, socket, next);
            System.out.println("gone");
        }
        System.exit(0);
    }

    private static Channel adopt(ReceivedMessage message, EventLoopGroup loops) throws Exception {
        RecordLayerHandler handler = TlsAdoption.handler(message.payload());
        EpollSocketChannel channel =
                new EpollSocketChannel(message.fds().getFirst().release());
        channel.config().setAutoRead(false);
        channel.pipeline().addLast(RecordLayerHandler.NAME, handler).addLast(new Echo());
        loops.register(channel).syncUninterruptibly();
        return TestServer.on(channel, () -> {
            handler.start();
            channel.config().setAutoRead(true);
            return channel;
        });
    }

    /** Without a word to the other side. */
    static void give(Posix posix, Channel channel, Fd socket, String next) throws Exception {
        RecordLayerHandler handler = channel.pipeline().get(RecordLayerHandler.class);
        TestServer.on(channel, () -> {
            channel.config().setAutoRead(false);
            handler.seal();
            return handler;
        });
        channel.deregister().syncUninterruptibly();
        byte[] exported = TestServer.on(channel, handler::export);
        Fd netty = Fd.own(((EpollSocketChannel) channel).fd().intValue());
        posix.sendMessageTo(socket, exported, List.of(netty), new SocketAddress.UnixPath(next));
        netty.release();
        TestServer.on(channel, () -> {
            channel.unsafe().closeForcibly();
            return handler;
        });
    }
}
