package io.baton;

import static java.util.Objects.requireNonNull;

import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketType;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.ConnectionSource;
import io.baton.testkit.ChildJvm;
import io.baton.testkit.HandoverIncident;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** An echo server in a process of its own, whose connections move. Arguments: socket path, base id, epoch, port, and what is to happen to it. */
final class EchoMain implements ParentDuties {
    private static final AtomicReference<@Nullable HotRestart> toUndo = new AtomicReference<>();

    private final EchoPath path;
    private final HotRestart hotRestart;

    private EchoMain(HotRestartOptions options, Posix posix) throws HotRestartException {
        path = new EchoPath(Posix.linux());
        hotRestart = HotRestart.join(options, posix, new Stats(), (from, event, to) -> say("state " + to.label()));
        toUndo.set(hotRestart);
        hotRestart.register((ConnectionSource) path);
        hotRestart.register((ConnectionRestorer) path);
        hotRestart.serve(this);
    }

    public static void main(String[] arguments) throws Exception {
        HotRestartOptions options = Lineages.fresh().with(o -> {
            o.socketPath = arguments[0];
            o.baseId = new BaseId(Long.parseLong(arguments[1]));
            o.epoch = new RestartEpoch(Integer.parseInt(arguments[2]));
            o.drainTime = Duration.ofSeconds(60);
            o.migration = o.migration.withBatch(8).withStallTimeout(Duration.ofMillis(800));
        });
        try {
            EchoMain server = new EchoMain(
                    options,
                    HandoverIncident.aroundAll(
                            Posix.linux(),
                            List.of(arguments).subList(4, arguments.length),
                            now -> say("happens: " + now),
                            () -> requireNonNull(toUndo.get()).rollBack("the test wants it")));
            server.begin(Integer.parseInt(arguments[3]));
            Thread.sleep(Duration.ofMinutes(2)); // until the test kills us, or is gone
        } catch (HotRestartException e) {
            say("failed: " + e.getMessage());
        }
        System.exit(1);
    }

    private void begin(int port) throws HotRestartException {
        hotRestart.shutdownParentAdmin();
        ListenerSocket socket = hotRestart
                .listeners()
                .listen(new ListenSpec(
                        new SocketAddress.Inet(InetAddress.getLoopbackAddress(), port),
                        SocketType.STREAM,
                        0,
                        false,
                        256));
        socket.activate();
        path.start(socket.fd());
        say("listening on " + ((SocketAddress.Inet) socket.boundAddress()).port());
        hotRestart.ready();
        say("done ready, adopted " + hotRestart.migration().adopted());
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    @Override
    public void closeAdmin() {}

    @Override
    public void reopenAdmin() {
        say("duty reopenAdmin");
    }

    @Override
    public void drainListeners() {
        path.stopAccepting();
    }

    @Override
    public long connections() {
        return path.connections();
    }

    @Override
    public void terminate() {
        say("duty terminate");
        hotRestart.close();
        System.exit(0);
    }

    static ChildJvm start(HotRestartOptions lineage, int epoch, int port, List<HandoverIncident> incidents)
            throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                lineage.socketPath(),
                Long.toString(lineage.baseId().value()),
                Integer.toString(epoch),
                Integer.toString(port)));
        incidents.forEach(incident -> arguments.add(incident.toString()));
        return ChildJvm.start(EchoMain.class, arguments.toArray(String[]::new));
    }

    static int port(ChildJvm server) {
        String listening = server.awaitLine("listening on ");
        return Integer.parseInt(listening.substring("listening on ".length()));
    }
}
