package io.baton.bench;

import io.baton.HandoverRehearsal;
import io.baton.LoopbackListener;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.relay.Relay;
import io.baton.relay.RelayListener;
import io.baton.relay.RelayObserver;
import io.baton.relay.RelayOptions;
import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Two relays in a process of their own, between which the connections of the first move to and fro, by the code and the system calls that
 * move them to another process. Told by {@link WarmBench}: each {@code move} is one way.
 */
@Command(name = "mover", hidden = true, description = "A part of 'bench handover --warm'.")
final class MoverCommand implements Callable<Integer> {
    private static final String NAME = "warm";
    private static final int BACKLOG = 4_096;

    @Option(names = "--origin", required = true, description = "Port on 127.0.0.1 that connections go to.")
    private int origin;

    private final Posix posix = Posix.linux();
    private final Orders orders = new Orders();

    @Override
    public Integer call() {
        SocketAddress target = new SocketAddress.Inet(InetAddress.ofLiteral("127.0.0.1"), origin);
        try (Fd front = LoopbackListener.open(posix, BACKLOG);
                Relay one = new Relay(posix, RelayOptions.defaults(), RelayObserver.NONE);
                Relay other = new Relay(posix, RelayOptions.defaults(), RelayObserver.NONE)) {
            RelayListener listener = new RelayListener(
                    NAME,
                    List.of(List.of(front), List.of(front)),
                    () -> List.of(target).iterator(),
                    Duration.ZERO,
                    Duration.ofSeconds(10));
            one.start();
            other.start();
            other.expectListener(listener);
            one.addListener(listener);
            if (posix.localAddress(front) instanceof SocketAddress.Inet(InetAddress _, int port)) {
                orders.answer(Map.of("port", port));
            }
            boolean back = false;
            for (Optional<String> word = orders.next(); word.isPresent(); word = orders.next()) {
                orders.answer(back ? move(other, one) : move(one, other));
                back = !back;
            }
        }
        return 0;
    }

    private Map<String, Object> move(Relay from, Relay to) {
        HandoverRehearsal.Moved moved =
                HandoverRehearsal.measure(posix, from.connectionSource(), to.connectionRestorer());
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("connections", moved.connections());
        answer.put("total_us", moved.took().toNanos() / 1e3);
        answer.put("pause_p50_us", moved.pauseP50().toNanos() / 1e3);
        answer.put("pause_p99_us", moved.pauseP99().toNanos() / 1e3);
        answer.put("pause_max_us", moved.pauseMax().toNanos() / 1e3);
        return answer;
    }
}
