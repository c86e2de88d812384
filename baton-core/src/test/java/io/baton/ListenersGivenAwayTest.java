package io.baton;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketType;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sockets for programs that are no child. */
class ListenersGivenAwayTest {
    private static final Posix POSIX = Posix.linux();

    @TempDir
    Path directory;

    private final HotRestartOptions epoch0 = Lineages.fresh();

    private static ListenerSocket listen(Server server, SocketAddress address, int worker, boolean reusePort)
            throws HotRestartException {
        ListenerSocket socket =
                server.hotRestart.listeners().listen(new ListenSpec(address, SocketType.STREAM, worker, reusePort, 64));
        socket.activate();
        return socket;
    }

    @Test
    void theOneThatIsGivenAwayGetsWhatComesBeforeTheOthersAreClosed() throws Exception {
        try (Server server = Server.start(epoch0)) {
            SocketAddress anyPort = new SocketAddress.Inet(InetAddress.getLoopbackAddress(), 0);
            SocketAddress address = listen(server, anyPort, 0, true).boundAddress();
            for (int worker = 1; worker < 4; worker++) {
                listen(server, address, worker, true);
            }
            Listeners listeners = server.hotRestart.listeners();
            assertThat(listeners.directToHandedOut()).as("nobody has any").isFalse();
            List<Fd> given = listeners.duplicates();
            assertThat(given).hasSize(1);
            try (Fd successor = given.getFirst()) {
                assertThat(POSIX.localAddress(successor)).isEqualTo(address);
                assertThat(listeners.directToHandedOut()).isTrue();
                for (int i = 0; i < 20; i++) {
                    connect(address);
                }
                server.hotRestart.listeners().closeAll();
                for (int i = 0; i < 20; i++) {
                    connect(address);
                }
                for (int i = 0; i < 40; i++) {
                    int accepted = POSIX.accept(successor.number());
                    assertThat(accepted).as("connection %d", i).isPositive();
                    POSIX.close(accepted);
                }
            }
        }
    }

    private static void connect(SocketAddress address) {
        try (Fd client = POSIX.socket(io.baton.posix.SocketFamily.INET, SocketType.STREAM, false)) {
            assertThat(POSIX.connect(client, address)).isTrue();
        }
    }

    @Test
    void aPathStaysForWhoeverHasTheSocketAndGoesOtherwise() throws Exception {
        for (boolean give : new boolean[] {false, true}) {
            Path path = directory.resolve("app.sock");
            try (Server server = Server.start(epoch0)) {
                listen(server, new SocketAddress.UnixPath(path.toString()), 0, false);
                if (give) {
                    server.hotRestart.listeners().duplicates().forEach(Fd::close);
                    assertThat(server.hotRestart.listeners().directToHandedOut())
                            .as("there is one only")
                            .isFalse();
                }
                server.hotRestart.listeners().closeAll();
                assertThat(server.hotRestart.listeners().duplicates()).isEmpty();
            }
            if (give) {
                assertThat(path).exists();
            } else {
                assertThat(path).doesNotExist();
            }
        }
    }

    @Test
    void whatAChildHasNotAskedForIsKnown() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            SocketAddress anyPort = new SocketAddress.Inet(InetAddress.getLoopbackAddress(), 0);
            ListenerSocket kept = listen(parent, anyPort, 0, false);
            ListenerSocket dropped = listen(parent, anyPort, 0, false);
            try (Server child = Server.join(Lineages.next(epoch0))) {
                child.hotRestart
                        .listeners()
                        .listen(new ListenSpec(kept.boundAddress(), SocketType.STREAM, 0, false, 64));
                assertThat(parent.hotRestart.listeners().notPassedOn()).containsExactly(dropped);
            }
        }
    }
}
