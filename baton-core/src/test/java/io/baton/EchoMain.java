package io.baton;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.ProcessCalls;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketType;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.ConnectionSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An echo server in a process of its own, whose connections move. Arguments: socket path, base id, epoch, port, and what is to happen to it:
 * {@code none}, or {@code kill}, {@code stop} or {@code close}, {@code before} or {@code after}, and the handover message that it says then.
 */
final class EchoMain implements ParentDuties {
    private final EchoPath path;
    private final HotRestart hotRestart;

    private EchoMain(HotRestartOptions options, Posix posix) throws HotRestartException {
        path = new EchoPath(Posix.linux());
        hotRestart = HotRestart.join(options, posix, new Stats(), (from, event, to) -> say("state " + to.label()));
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
            EchoMain server = new EchoMain(options, arguments.length > 6 ? faulty(arguments) : Posix.linux());
            server.begin(Integer.parseInt(arguments[3]));
            Thread.sleep(Duration.ofMinutes(2));
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

    /** Real system calls, but for what is to happen around one message of the handover channel. */
    private static Posix faulty(String[] arguments) {
        Posix real = Posix.linux();
        AtomicBoolean happened = new AtomicBoolean();
        return (Posix) Proxy.newProxyInstance(
                Posix.class.getClassLoader(), new Class<?>[] {Posix.class}, (proxy, method, values) -> {
                    boolean now = says(method, values, arguments[6]) && happened.compareAndSet(false, true);
                    if (now && arguments[5].equals("before")) {
                        happen(real, arguments[4], (Fd) values[0]);
                    }
                    try {
                        Object result = method.invoke(real, values);
                        if (now && arguments[5].equals("after")) {
                            happen(real, arguments[4], (Fd) values[0]);
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static boolean says(Method method, Object[] values, String message) throws HotRestartException {
        return method.getName().equals("sendMessage")
                && HandoverDecoder.decode((byte[]) values[1])
                        .getClass()
                        .getSimpleName()
                        .equals(message);
    }

    private static void happen(Posix posix, String what, Fd channel) {
        say("happens: " + what);
        switch (what) {
            case "kill" -> posix.kill(posix.pid(), ProcessCalls.SIGKILL);
            case "stop" -> posix.kill(posix.pid(), ProcessCalls.SIGSTOP);
            case "close" -> posix.shutdown(channel, io.baton.posix.ShutdownHow.BOTH);
            default -> throw new IllegalArgumentException(what);
        }
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

    static List<String> arguments(HotRestartOptions lineage, int epoch, int port, List<String> fault) {
        List<String> all = new java.util.ArrayList<>(List.of(
                lineage.socketPath(),
                Long.toString(lineage.baseId().value()),
                Integer.toString(epoch),
                Integer.toString(port)));
        all.addAll(fault);
        return all;
    }
}
