package io.baton.example;

import io.baton.BaseId;
import io.baton.HotRestart;
import io.baton.HotRestartOptions;
import io.baton.ListenSpec;
import io.baton.ListenerSocket;
import io.baton.ParentDuties;
import io.baton.RestartEpoch;
import io.baton.Stats;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** An echo server that hot-restarts. Arguments: port, restart epoch. Start the next epoch, and this one leaves when its clients have. */
final class EchoServer implements ParentDuties {
    private static final Posix POSIX = Posix.linux();

    private final AtomicLong connections = new AtomicLong();
    private final Thread acceptor;
    private volatile boolean accepting = true;

    private EchoServer(Fd listener) {
        acceptor = Thread.ofPlatform().start(() -> accept(listener));
    }

    // docs:begin
    public static void main(String[] arguments) throws Exception {
        RestartEpoch epoch = new RestartEpoch(Integer.parseInt(arguments[1]));
        HotRestart hotRestart = HotRestart.join(
                HotRestartOptions.defaults().with(options -> {
                    options.epoch = epoch;
                    options.baseId = new BaseId(Long.parseLong(arguments[0])); // names the lineage
                }),
                POSIX,
                new Stats());
        ListenerSocket listener =
                hotRestart.listeners().listen(listenSpec(arguments[0])); // the parent's, if it has one
        listener.activate();
        hotRestart.serve(new EchoServer(listener.fd())); // accepts, and answers the next epoch from now on
        hotRestart.ready(); // the one before us stops accepting
        System.out.println("epoch " + epoch + " serves");
        Thread.currentThread().join(); // until terminate()
    }

    @Override
    public void drainListeners() {
        accepting = false;
        await(acceptor); // the fd is closed when this returns; the next epoch accepts from the same queue
    }

    @Override
    public long connections() {
        return connections.get();
    }

    @Override
    public void terminate() {
        System.exit(0); // the last connection has left
    }

    @Override
    public void closeAdmin() {} // a server with an admin port frees it here ...

    @Override
    public void reopenAdmin() {} // ... and takes it back if the next epoch fails to start
    // docs:end

    private static ListenSpec listenSpec(String port) {
        SocketAddress address = new SocketAddress.Inet(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
        return new ListenSpec(address, SocketType.STREAM, 0, false, 128);
    }

    private static void await(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept(Fd listener) {
        while (accepting) {
            POSIX.awaitReadable(List.of(listener), Duration.ofMillis(20));
            int connection = POSIX.accept(listener.number());
            if (connection >= 0) {
                connections.incrementAndGet();
                Thread.ofPlatform().daemon().start(() -> echo(Fd.own(connection)));
            }
        }
    }

    private void echo(Fd connection) {
        try (connection;
                Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(4096);
            int received = 1;
            while (received != 0) {
                POSIX.awaitReadable(List.of(connection), Duration.ofMinutes(1));
                received = POSIX.receive(connection.number(), buffer, 4096, 0);
                if (received > 0) {
                    POSIX.send(connection.number(), buffer, 0, received);
                }
            }
        } finally {
            connections.decrementAndGet();
        }
    }
}
