package io.baton;

import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketType;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A generation in a process of its own. Arguments: socket path, base id, epoch, and then what to do at once, in order; the same words are
 * taken from standard input after that. Says {@code done WORD} after each.
 */
final class ServerMain implements ParentDuties {
    private final Stats stats = new Stats();
    private final HotRestart hotRestart;
    private volatile long connections;

    private ServerMain(HotRestartOptions options) throws HotRestartException {
        hotRestart = HotRestart.join(options, Posix.linux(), stats, (from, event, to) -> say("state " + to.label()));
        hotRestart.serve(this);
    }

    public static void main(String[] arguments) throws Exception {
        HotRestartOptions options = Lineages.fresh().with(o -> {
            o.socketPath = arguments[0];
            o.baseId = new BaseId(Long.parseLong(arguments[1]));
            o.epoch = new RestartEpoch(Integer.parseInt(arguments[2]));
            o.parentDeathSignal = Boolean.getBoolean("parentDeathSignal");
            o.drainTime = Duration.ofSeconds(2);
        });
        try {
            ServerMain server = new ServerMain(options);
            say("done join");
            for (int i = 3; i < arguments.length; i++) {
                server.run(arguments[i]);
            }
            BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                server.run(line);
            }
            Thread.sleep(Duration.ofMinutes(5)); // whoever started us has gone; the test that wants that kills us
        } catch (HotRestartException e) {
            say("failed: " + e.getMessage());
            System.exit(1);
        }
    }

    private void run(String command) throws HotRestartException {
        String[] words = command.split("=", -1);
        switch (words[0]) {
            case "admin" -> hotRestart.shutdownParentAdmin();
            case "ready" -> hotRestart.ready();
            case "listen" -> {
                SocketAddress address =
                        new SocketAddress.Inet(InetAddress.getLoopbackAddress(), Integer.parseInt(words[1]));
                ListenerSocket socket =
                        hotRestart.listeners().listen(new ListenSpec(address, SocketType.STREAM, 0, false, 16));
                socket.activate();
                say("listening on " + ((SocketAddress.Inet) socket.boundAddress()).port() + " inherited "
                        + socket.inherited());
            }
            case "connections" -> connections = Long.parseLong(words[1]);
            case "count" -> stats.counter(words[1]).add(Long.parseLong(words[2]));
            case "counter" -> say(words[1] + " is " + stats.counter(words[1]).value());
            case "gauge" -> say(words[1] + " is " + stats.gauges().get(words[1]));
            case "hold" ->
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> hotRestart.logLock().run(() -> {
                            say("holding");
                            sleep();
                        }));
            case "close" -> hotRestart.close();
            case "exit" -> System.exit(0);
            default -> throw new IllegalArgumentException(command);
        }
        say("done " + command);
    }

    private static void sleep() {
        try {
            Thread.sleep(Duration.ofMinutes(5)); // hangs on purpose, longer than any test, and not for ever
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    @Override
    public void closeAdmin() {
        say("duty closeAdmin");
    }

    @Override
    public void reopenAdmin() {
        say("duty reopenAdmin");
    }

    @Override
    public void drainListeners() {
        say("duty drainListeners");
    }

    @Override
    public long connections() {
        return connections;
    }

    @Override
    public void terminate() {
        say("duty terminate");
        hotRestart.close();
        System.exit(0);
    }
}
