package io.baton.examples;

import static io.baton.examples.Example.listenSpec;
import static io.baton.examples.Example.options;

import io.baton.HotRestart;
import io.baton.ListenerSocket;
import io.baton.ParentDuties;
import io.baton.Stats;
import io.baton.netty.ChannelState;
import io.baton.netty.EpollLoops;
import io.baton.netty.MigratableServer;
import io.baton.netty.UnreadBytes;
import io.baton.posix.Posix;
import io.baton.spi.ConnectionKind;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import java.nio.ByteBuffer;

/**
 * A server of frames, each a length of four bytes and a text, answered with the connection's number of frames, four bytes, and the text. Its
 * connections move. Arguments: port, restart epoch.
 */
final class FrameServer implements ParentDuties {
    private static final Posix POSIX = Posix.linux();
    private static final int MAX_FRAME_BYTES = 64 * 1024;

    private final MigratableServer server;

    private FrameServer(MigratableServer server) {
        this.server = server;
    }

    // docs:begin
    public static void main(String[] arguments) throws Exception {
        HotRestart hotRestart = HotRestart.join(options(arguments), POSIX, new Stats());
        ListenerSocket listener = hotRestart.listeners().listen(listenSpec(arguments)); // the parent's, if it has one
        listener.activate();

        var loops =
                new MultiThreadIoEventLoopGroup(EpollLoops.newFactory()); // where channels can let go of their sockets
        var server = new MigratableServer(POSIX, loops, new CountedFrames());
        server.listen("frames", listener.fd(), new ServerBootstrap().childHandler(new FramePipeline()));

        hotRestart.register(server.source()); // our connections go to the next epoch,
        hotRestart.register(server.restorer()); // those of the one before us come here
        hotRestart.serve(new FrameServer(server));
        hotRestart.ready();
        System.out.println("epoch " + hotRestart.epoch() + " serves");
    }

    @Override
    public void drainListeners() {
        server.stopAccepting();
    }

    @Override
    public long connections() {
        return server.connections();
    }

    /** A decoder of Netty's: what it has read of a frame is in its cumulation, and moves along. */
    static final class FrameDecoder extends LengthFieldBasedFrameDecoder implements UnreadBytes {
        FrameDecoder() {
            super(MAX_FRAME_BYTES, 0, 4, 0, 4);
        }

        @Override
        public ByteBuf unreadBytes() {
            return internalBuffer();
        }
    }

    /** What else the server knows of a connection: how many frames it has answered. */
    static final class CountedFrames implements ChannelState {
        @Override
        public ConnectionKind kind() {
            return new ConnectionKind("counted-frames", 1);
        }

        @Override
        public byte[] save(Channel channel) {
            int frames = channel.pipeline().get(FrameHandler.class).frames;
            return ByteBuffer.allocate(4).putInt(frames).array();
        }

        @Override
        public void restore(Channel channel, int version, byte[] state) {
            channel.pipeline().get(FrameHandler.class).frames =
                    ByteBuffer.wrap(state).getInt();
        }
    }
    // docs:end

    private static final class FramePipeline extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new FrameDecoder(), new LengthFieldPrepender(4), new FrameHandler());
        }
    }

    private static final class FrameHandler extends SimpleChannelInboundHandler<ByteBuf> {
        private int frames;

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf text) {
            frames++;
            ByteBuf number = context.alloc().buffer(4).writeInt(frames);
            var _ = context.writeAndFlush(Unpooled.wrappedBuffer(number, text.retain()));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var _ = context.close(); // a frame too long, or the client's reset
        }
    }

    @Override
    public void terminate() {
        System.exit(0); // the last connection has moved, or left
    }

    @Override
    public void closeAdmin() {} // see library.md

    @Override
    public void reopenAdmin() {}
}
