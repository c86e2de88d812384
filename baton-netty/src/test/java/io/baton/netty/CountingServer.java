package io.baton.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.spi.BatchLimit;
import io.baton.spi.ConnectionKind;
import io.baton.spi.MigratableConnection;
import io.baton.spi.RestoreException;
import io.baton.spi.RestoredConnection;
import io.baton.spi.Snapshot;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers each frame {@code text} with {@code n:text}, n being how many the connection has sent, in whichever process: a generation of a
 * server, as if it were a process of its own.
 */
final class CountingServer implements AutoCloseable, ChannelState {
    static final ConnectionKind KIND = new ConnectionKind("counting", 2);

    /** Answered by nobody, before the test does. */
    static final String LATER = "later";

    /** Answered with {@link #LARGE} bytes at once. */
    static final String LARGE_ANSWER = "large";

    static final int LARGE = 90_000;
    static final int HUGE = 8 << 20;
    static final String HUGE_ANSWER = "huge";

    private static final int MOST_FRAME = 1 << 20;
    private static final BatchLimit ANY = new BatchLimit(64, 64, Snapshot.MAX_BYTES);
    private static final Posix POSIX = Posix.linux();

    final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, EpollLoops.newFactory());
    final MigratableServer server = new MigratableServer(POSIX, loops, this);
    final BlockingQueue<Channel> toAnswer = new LinkedBlockingQueue<>();
    final BlockingQueue<Channel> opened = new LinkedBlockingQueue<>();
    final AtomicInteger wakes = new AtomicInteger();
    volatile boolean faulty;

    CountingServer() {
        server.source().onMovable(wakes::incrementAndGet);
    }

    /** As {@code web}. */
    CountingServer listen(Fd socket) {
        server.listen(
                "web",
                socket,
                new ServerBootstrap()
                        .childOption(ChannelOption.SO_SNDBUF, 4096)
                        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .childHandler(new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline().addLast(new Frames(), new Counting());
                                opened.add(channel);
                            }
                        }));
        return this;
    }

    private static final class Frames extends LengthFieldBasedFrameDecoder implements UnreadBytes {
        Frames() {
            super(MOST_FRAME, 0, Integer.BYTES, 0, Integer.BYTES);
        }

        @Override
        public ByteBuf unreadBytes() {
            return internalBuffer();
        }
    }

    private final class Counting extends SimpleChannelInboundHandler<ByteBuf> {
        private int requests;
        private boolean busy;
        private boolean restored;

        @Override
        public void channelActive(ChannelHandlerContext context) {
            if (!restored) {
                answer(context.channel(), "hello");
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
            requests++;
            String text = frame.toString(StandardCharsets.US_ASCII);
            switch (text) {
                case LATER -> {
                    busy = true;
                    toAnswer.add(context.channel());
                }
                case LARGE_ANSWER -> answer(context.channel(), "x".repeat(LARGE));
                case HUGE_ANSWER -> answer(context.channel(), "x".repeat(HUGE));
                default -> answer(context.channel(), requests + ":" + text);
            }
        }
    }

    static void answer(Channel channel, String text) {
        ByteBuf frame = Unpooled.buffer().writeInt(text.length());
        ByteBufUtil.writeAscii(frame, text);
        var _ = channel.writeAndFlush(frame);
    }

    /** From the test's thread, to a request for {@link #LATER}. */
    void answerLater() throws InterruptedException {
        Channel channel = toAnswer.poll(10, TimeUnit.SECONDS);
        assertThat(channel).isNotNull();
        channel.eventLoop().execute(() -> {
            channel.pipeline().get(Counting.class).busy = false;
            answer(channel, "later");
        });
    }

    // --- what it knows of a connection

    @Override
    public ConnectionKind kind() {
        return KIND;
    }

    @Override
    public boolean movable(Channel channel) {
        return !channel.pipeline().get(Counting.class).busy;
    }

    @Override
    public byte[] save(Channel channel) {
        if (faulty) {
            throw new IllegalStateException("the test wants it");
        }
        return ByteBuffer.allocate(Integer.BYTES)
                .putInt(channel.pipeline().get(Counting.class).requests)
                .array();
    }

    @Override
    public void restore(Channel channel, int version, byte[] state) {
        assertThat(version).isEqualTo(KIND.version());
        Counting counting = channel.pipeline().get(Counting.class);
        counting.requests = ByteBuffer.wrap(state).getInt();
        counting.restored = true;
        if (faulty) {
            throw new IllegalStateException("the test wants it");
        }
    }

    // --- what the hot restart does

    List<MigratableConnection> quiesce() {
        return server.source().quiesce(ANY, Duration.ofSeconds(10));
    }

    MigratableConnection quiesceOne() {
        List<MigratableConnection> given = quiesce();
        assertThat(given).hasSize(1);
        return given.getFirst();
    }

    /** As it arrives over there. */
    static Snapshot sent(Snapshot snapshot) {
        List<Fd> duplicates = new ArrayList<>();
        snapshot.fds().forEach(fd -> duplicates.add(POSIX.duplicate(fd, 0)));
        return new Snapshot(snapshot.kind(), snapshot.bytes(), duplicates);
    }

    RestoredConnection restore(MigratableConnection connection) throws RestoreException {
        return server.restorer().restore(sent(connection.snapshot()));
    }

    /** Moves what can move now to {@code next}. */
    int moveTo(CountingServer next) throws RestoreException {
        int moved = 0;
        for (List<MigratableConnection> batch = quiesce(); !batch.isEmpty(); batch = quiesce()) {
            for (MigratableConnection connection : batch) {
                RestoredConnection restored = next.restore(connection);
                connection.released();
                restored.activate();
                moved++;
            }
        }
        server.source().handoverEnded();
        return moved;
    }

    @Override
    public void close() {
        server.stopAccepting();
        assertThat(loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10_000))
                .isTrue();
    }
}
