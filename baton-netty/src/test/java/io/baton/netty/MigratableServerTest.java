package io.baton.netty;

import static io.baton.netty.CountingServer.HUGE;
import static io.baton.netty.CountingServer.HUGE_ANSWER;
import static io.baton.netty.CountingServer.LARGE;
import static io.baton.netty.CountingServer.LARGE_ANSWER;
import static io.baton.netty.CountingServer.LATER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.spi.ConnectionKind;
import io.baton.spi.MigratableConnection;
import io.baton.spi.RestoreException;
import io.baton.spi.RestoredConnection;
import io.baton.spi.Snapshot;
import io.baton.testkit.FdCount;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections of one server that go on in another; each is a process' part, with sockets and loops of its own. */
class MigratableServerTest {
    private static final Posix POSIX = Posix.linux();

    private final Fd socket = Listening.onLoopback();
    private CountingServer old;
    private CountingServer next;
    private int fds;

    @BeforeEach
    void serve() {
        old = new CountingServer().listen(socket);
        next = new CountingServer().listen(socket);
        next.server.stopAccepting(); // so that all are the old one's
        fds = sockets();
    }

    private static int sockets() {
        return (int) FdCount.open().values().stream()
                .filter(target -> target.startsWith("socket:"))
                .count();
    }

    /** The JDK opens a socket of its own when it closes the first. */
    @BeforeAll
    static void openWhatTheJdkKeepsOpen() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
            client.setSoLinger(true, 0);
        }
    }

    /** What was accepted or adopted is closed, by whom it belonged to. */
    @AfterEach
    void everythingIsClosed() {
        try {
            await().untilAsserted(() -> assertThat(old.server.connections() + next.server.connections())
                    .isZero());
            await().untilAsserted(() -> assertThat(sockets()).as("open sockets").isLessThanOrEqualTo(fds));
        } finally {
            old.close();
            next.close();
            socket.close();
        }
    }

    private static <T> T on(Channel channel, Callable<T> task) throws Exception {
        return channel.eventLoop().submit(task).get(10, TimeUnit.SECONDS);
    }

    @Test
    void anIdleConnectionGoesOnWithWhatItsHandlersKnow() throws Exception {
        try (FrameClient client = new FrameClient(socket)) {
            assertThat(client.ask("a")).isEqualTo("1:a");

            assertThat(old.moveTo(next)).isOne();

            assertThat(client.ask("b")).isEqualTo("2:b");
            await().untilAsserted(() -> assertThat(old.server.connections()).isZero());
            assertThat(next.server.connections()).isOne();
        }
    }

    @Test
    void aFrameThatIsReadInPartGoesOnAtAnyByte() throws Exception {
        byte[] frame = FrameClient.frame("split");
        try (FrameClient client = new FrameClient(socket)) {
            CountingServer from = old;
            CountingServer to = next;
            for (int cut = 0; cut <= frame.length; cut++) {
                client.socket.getOutputStream().write(frame, 0, cut);
                assertThat(from.moveTo(to)).as("cut at %d", cut).isOne();
                client.socket.getOutputStream().write(frame, cut, frame.length - cut);
                assertThat(client.read()).isEqualTo(cut + 1 + ":split");
                CountingServer swapped = from;
                from = to;
                to = swapped;
            }
        }
    }

    @Test
    void whatWasReadAndNotUsedMovesAlong() throws Exception {
        byte[] frame = FrameClient.frame("split");
        try (FrameClient client = new FrameClient(socket)) {
            Channel channel = old.opened.take();
            client.socket.getOutputStream().write(frame, 0, 6);
            await().until(() -> on(channel, () -> unread(channel) == 6));

            assertThat(old.moveTo(next)).isOne();

            Channel gone = next.opened.take();
            await().until(() -> on(gone, () -> unread(gone) == 6));
            client.socket.getOutputStream().write(frame, 6, frame.length - 6);
            assertThat(client.read()).isEqualTo("1:split");
        }
    }

    private static void awaitUnsent(Channel channel, int more) {
        await().until(() -> on(channel, () -> channel.unsafe().outboundBuffer().totalPendingWriteBytes() > more));
    }

    private static int unread(Channel channel) {
        for (ChannelHandler handler : channel.pipeline().toMap().values()) {
            if (handler instanceof UnreadBytes decoder) {
                return decoder.unreadBytes().readableBytes();
            }
        }
        throw new AssertionError("no decoder in " + channel);
    }

    @Test
    void whatWasWrittenAndNotSentIsSentFirst() throws Exception {
        try (FrameClient client = new FrameClient(socket)) {
            Channel channel = old.opened.take();
            client.write(LARGE_ANSWER);
            client.write("after");
            awaitUnsent(channel, LARGE / 4);

            assertThat(old.moveTo(next)).isOne();

            assertThat(client.read()).isEqualTo("x".repeat(LARGE));
            assertThat(client.read()).isEqualTo("2:after");
            assertThat(client.ask("more")).isEqualTo("3:more");
        }
    }

    @Test
    void moreThanFitsIsSentBeforeItMoves() throws Exception {
        try (FrameClient client = new FrameClient(socket)) {
            Channel channel = old.opened.take();
            client.write(HUGE_ANSWER);
            awaitUnsent(channel, HUGE / 2);

            assertThat(old.quiesce()).isEmpty();

            assertThat(client.read()).isEqualTo("x".repeat(HUGE));
            assertThat(client.ask("b")).isEqualTo("2:b");
            await().until(() -> old.moveTo(next) == 1);
            assertThat(client.ask("c")).isEqualTo("3:c");
        }
    }

    @Test
    void oneThatIsRefusedGoesOnAndIsOfferedInTheNextHandover() throws Exception {
        try (FrameClient client = new FrameClient(socket)) {
            MigratableConnection refused = old.quiesceOne();
            client.write("a");
            refused.resume();
            assertThat(client.read()).isEqualTo("1:a");

            assertThat(old.quiesce()).as("in the same handover").isEmpty();
            old.server.source().handoverEnded();

            assertThat(old.moveTo(next)).isOne();
            assertThat(client.ask("b")).isEqualTo("2:b");
        }
    }

    @Test
    void oneThatIsDiscardedIsStillTheOthers() throws Exception {
        try (FrameClient client = new FrameClient(socket)) {
            MigratableConnection connection = old.quiesceOne();
            RestoredConnection restored = next.restore(connection);
            assertThat(next.server.connections()).isOne();
            restored.discard();
            assertThat(next.server.connections()).isZero();
            connection.resume();

            assertThat(client.ask("a")).isEqualTo("1:a");
        }
    }

    @Test
    void aClientThatResetsMeanwhileIsFoundOutByTheNewOwner() throws Exception {
        FrameClient client = new FrameClient(socket);
        MigratableConnection connection = old.quiesceOne();
        client.socket.setSoLinger(true, 0);
        client.close();
        RestoredConnection restored = next.restore(connection);
        connection.released();
        restored.activate();

        await().untilAsserted(() -> assertThat(next.server.connections()).isZero());
    }

    @Test
    void aClientThatResetsMeanwhileIsFoundOutWhenItComesBack() throws Exception {
        FrameClient client = new FrameClient(socket);
        MigratableConnection connection = old.quiesceOne();
        client.socket.setSoLinger(true, 0);
        client.close();
        connection.resume();

        await().untilAsserted(() -> assertThat(old.server.connections()).isZero());
    }

    @Test
    void aClientsEndMovesAlong() throws Exception {
        try (FrameClient client = new FrameClient(socket)) {
            client.write(LARGE_ANSWER);
            client.socket.shutdownOutput();
            Channel channel = old.opened.take();
            awaitUnsent(channel, LARGE / 4);
            assertThat(old.moveTo(next)).isOne();

            assertThat(client.read()).isEqualTo("x".repeat(LARGE));
        }
    }

    @Test
    void oneThatHasSaidItsOwnEndStays() throws Exception {
        try (FrameClient client = new FrameClient(socket)) {
            Channel channel = old.opened.take();
            ((io.netty.channel.socket.DuplexChannel) channel).shutdownOutput().sync();

            assertThat(old.quiesce()).isEmpty();
            assertThat(client.socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aBusyOneMovesBehindItsAnswer() throws Exception {
        try (FrameClient client = new FrameClient(socket)) {
            client.write(LATER);
            await().until(() -> !old.toAnswer.isEmpty());
            assertThat(old.quiesce()).isEmpty();
            int wakes = old.wakes.get();

            old.answerLater();
            await().until(() -> old.wakes.get() > wakes);
            client.write("at once"); // which it does not begin
            assertThat(old.moveTo(next)).isOne();

            assertThat(client.read()).isEqualTo("later");
            assertThat(client.read()).isEqualTo("2:at once");
        }
    }

    @Test
    void aBusyOneThatNobodyFetchesGoesOn() throws Exception {
        try (FrameClient client = new FrameClient(socket)) {
            client.write(LATER);
            await().until(() -> !old.toAnswer.isEmpty());
            assertThat(old.quiesce()).isEmpty();
            int wakes = old.wakes.get();
            old.answerLater();
            await().until(() -> old.wakes.get() > wakes);

            assertThat(client.read()).isEqualTo("later");
            assertThat(client.ask("b")).isEqualTo("2:b");
        }
    }

    @Test
    void whatIsWrittenMeanwhileIsSentWhenItComesBack() throws Exception {
        try (FrameClient client = new FrameClient(socket)) {
            Channel channel = old.opened.take();
            MigratableConnection connection = old.quiesceOne();
            CountingServer.answer(channel, "heartbeat");
            client.socket.setSoTimeout(200);
            assertThatThrownBy(client::read).hasMessageContaining("timed out");
            client.socket.setSoTimeout(10_000);
            connection.resume();

            assertThat(client.read()).isEqualTo("heartbeat");
        }
    }

    @Test
    void whatIsWrittenMeanwhileIsNotSentByTwo() throws Exception {
        try (FrameClient client = new FrameClient(socket)) {
            Channel channel = old.opened.take();
            MigratableConnection connection = old.quiesceOne();
            CountingServer.answer(channel, "heartbeat");
            RestoredConnection restored = next.restore(connection);
            connection.released();
            restored.activate();

            assertThat(client.ask("a")).isEqualTo("1:a");
        }
    }

    @Test
    void oneThatItsServerClosesMeanwhileStaysClosed() throws Exception {
        try (FrameClient client = new FrameClient(socket)) {
            Channel channel = old.opened.take();
            MigratableConnection connection = old.quiesceOne();
            channel.close().sync();
            connection.resume();

            assertThat(client.socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aStateThatCannotBeSavedKeepsItsConnection() throws Exception {
        try (FrameClient client = new FrameClient(socket)) {
            old.faulty = true;

            assertThat(old.quiesce()).isEmpty();
            assertThat(client.ask("a")).isEqualTo("1:a");
        }
    }

    @Test
    void aStateThatCannotBeRestoredEndsItsConnectionAlone() throws Exception {
        try (FrameClient client = new FrameClient(socket)) {
            next.faulty = true;

            assertThat(old.moveTo(next)).isOne();
            assertThat(client.socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void whoeverComesDuringAHandoverMovesToo() throws Exception {
        assertThat(old.quiesce()).isEmpty();
        try (FrameClient client = new FrameClient(socket)) {
            await().until(() -> old.wakes.get() > 0);

            assertThat(old.moveTo(next)).isOne();
            assertThat(client.ask("a")).isEqualTo("1:a");
        }
    }

    @Test
    void whenAcceptingHasEndedConnectionsGoOnAndMove() throws Exception {
        try (FrameClient client = new FrameClient(socket)) {
            old.server.stopAccepting();
            assertThat(client.ask("a")).isEqualTo("1:a");

            assertThat(old.moveTo(next)).isOne();
            assertThat(client.ask("b")).isEqualTo("2:b");
        }
    }

    @Test
    void manyMoveAtOnce() throws Exception {
        List<FrameClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 150; i++) {
                clients.add(new FrameClient(socket));
                clients.getLast().write("a");
            }
            assertThat(old.moveTo(next)).isEqualTo(clients.size());
            for (FrameClient client : clients) {
                assertThat(client.read()).isEqualTo("1:a");
                assertThat(client.ask("b")).isEqualTo("2:b");
            }
        } finally {
            for (FrameClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void whatHasNoListenerHereIsRefused() throws Exception {
        try (CountingServer other = new CountingServer();
                FrameClient client = new FrameClient(socket)) {
            MigratableConnection connection = old.quiesceOne();
            Snapshot sent = CountingServer.sent(connection.snapshot());
            assertThatThrownBy(() -> other.server.restorer().restore(sent))
                    .isInstanceOf(RestoreException.class)
                    .hasMessage("there is no listener web here");
            sent.fds().forEach(Fd::close); // as the caller does
            connection.resume();

            assertThat(client.ask("a")).isEqualTo("1:a");
        }
    }

    @Test
    void whatIsNoSnapshotIsRefused() throws Exception {
        try (FrameClient client = new FrameClient(socket)) {
            MigratableConnection connection = old.quiesceOne();
            byte[] bytes = connection.snapshot().bytes();
            ConnectionKind kind = connection.snapshot().kind();
            for (int length = 0; length < bytes.length; length++) {
                Snapshot cut = new Snapshot(
                        kind,
                        Arrays.copyOf(bytes, length),
                        connection.snapshot().fds());
                assertThatThrownBy(() -> next.server.restorer().restore(cut)).isInstanceOf(RestoreException.class);
            }
            Snapshot longer = new Snapshot(
                    kind,
                    Arrays.copyOf(bytes, bytes.length + 1),
                    connection.snapshot().fds());
            assertThatThrownBy(() -> next.server.restorer().restore(longer))
                    .hasMessage("1 bytes follow a channel, expected none");
            assertThatThrownBy(() -> next.server.restorer().restore(new Snapshot(kind, bytes, List.of())))
                    .hasMessageContaining("0 fds, expected 1");
            connection.resume();

            assertThat(next.server.connections()).isZero();
            assertThat(client.ask("a")).isEqualTo("1:a");
        }
    }

    @Test
    void loopsThatCannotLetGoAreRefusedAtOnce() throws IOException {
        MultiThreadIoEventLoopGroup plain = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            MigratableServer server = new MigratableServer(POSIX, plain, old);
            assertThatThrownBy(() -> server.listen(
                            "web", socket, new ServerBootstrap().childHandler(new ChannelInboundHandlerAdapter())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected one made with EpollLoops");
        } finally {
            assertThat(plain.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10_000))
                    .isTrue();
        }
    }

    @Test
    void aNameIsTakenOnce() {
        assertThatThrownBy(() -> old.listen(socket)).hasMessage("listener web is already there");
    }
}
