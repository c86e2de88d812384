package io.baton.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Moves the same connections to and fro between two relays until the code is warm, and goes on; the C program takes its turn in between.
 * Both sides of Baton's channel run in one process here: no start, no cold code, all else is as between two.
 */
final class WarmBench {
    private static final Duration OPEN = Duration.ofSeconds(60);
    private static final Duration MOVE = Duration.ofSeconds(20);
    private static final Duration LAST_PINGS = Duration.ofSeconds(20);

    /** A generation's heap, not ours. */
    private static final String MOVER_OPTIONS = "-Xms48m -Xmn24m";

    /** Its sockets spend a minute in TIME_WAIT, and there are 28,000 ports. */
    private static final int TURNS_OF_C = 3;

    private final int idle;
    private final int busy;
    private final Duration pingEvery;
    private final int moves;
    private final Progress progress;

    WarmBench(int idle, int busy, Duration pingEvery, int moves, Progress progress) {
        this.idle = idle;
        this.busy = busy;
        this.pingEvery = pingEvery;
        this.moves = moves;
        this.progress = progress;
    }

    Report run() throws BenchException {
        int connections = idle + busy;
        List<String> remarks = new ArrayList<>();
        MachineFacts.busyWarning().ifPresent(warning -> {
            progress.event(warning);
            remarks.add("WARNING: " + warning);
        });
        Map<String, String> facts = MachineFacts.collect(List.of(BatonPeer.find()));
        List<FdPassing.Result> limit = new ArrayList<>();
        List<FdPassing.Result> baton = new ArrayList<>();
        Failures failures;
        try (Scene scene = new Scene("warm")) {
            Optional<FdPassing> program = FdPassing.compile(scene);
            if (program.isEmpty()) {
                remarks.add("LEFT OUT: passfds.c: there is no C compiler");
            }
            EchoOrigin origin = scene.add(EchoOrigin.start());
            Worker mover = Worker.start(
                    "the mover",
                    List.of("mover", "--origin", String.valueOf(origin.address().getPort())),
                    Map.of("BATON_JAVA_OPTS", MOVER_OPTIONS),
                    scene);
            int port = (int) Json.number(mover.answer(OPEN), "port");
            PingLoad load = scene.add(PingLoad.start(Loopback.port(port), idle, busy, pingEvery));
            load.awaitOpen(OPEN);
            progress.event("%,d connections are open".formatted(connections));
            for (int move = 0; move < moves; move++) {
                if (program.isPresent() && move % Math.max(1, moves / TURNS_OF_C) == 0 && limit.size() < TURNS_OF_C) {
                    limit.add(program.get().run(connections));
                }
                mover.say("move");
                FdPassing.Result moved = FdPassing.Result.of(mover.answer(MOVE));
                if (moved.connections() != connections) {
                    throw new BenchException("only %,d of %,d connections moved; are there enough fds?"
                            .formatted(moved.connections(), connections));
                }
                baton.add(moved);
            }
            progress.event("moved %d times".formatted(moves));
            failures = load.stop(LAST_PINGS).failures();
        }
        remarks.addFirst(
                ("%,d relayed connections (two fds each), %d of which ping every %d ms, moved %d times to and fro between two relays of one"
                                + " process by both sides of the handover channel; the second half counts as warm. passfds.c: the same number"
                                + " of sockets between two processes, none of which is served.")
                        .formatted(connections, busy, pingEvery.toMillis(), moves));
        return new WarmReport(facts, remarks, baton, limit, failures).toReport();
    }
}
