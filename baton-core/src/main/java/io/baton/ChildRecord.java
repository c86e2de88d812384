package io.baton;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What a parent remembers of its child: who it is, whether it is ready, when it is due, what it was told. For one thread at a time. */
final class ChildRecord implements AutoCloseable {
    /** A child that asks for stats lives, and has a timer to end us. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    /** To an Envoy the whole of this name, tokens 0 to 1, is dynamic; told otherwise it makes another gauge of the same name. */
    private static final List<Reply.Span> GENERATION_IS_DYNAMIC = List.of(new Reply.Span(0, 1));

    private final Posix posix;
    private final Stats stats;
    private final SocketAddress address;
    private final Duration readyTimeout;
    private final StatsLatch latch;
    private Optional<PeerWatch> watch = Optional.empty();

    /** Pid of the child that knows what {@link #latch} says; empty when the next one knows nothing. */
    private OptionalLong lastTold = OptionalLong.empty();

    private long readyDeadlineNanos;
    private boolean ready;
    private long polledNanos;

    ChildRecord(Posix posix, SocketAddress address, Duration readyTimeout, Stats stats) {
        this.posix = posix;
        this.stats = stats;
        this.address = address;
        this.readyTimeout = readyTimeout;
        this.latch = new StatsLatch(stats);
    }

    void arrived(long pid) {
        if (lastTold.isEmpty() || lastTold.getAsLong() != pid) { // one that asks again has what it was told
            latch.reset();
            lastTold = OptionalLong.of(pid);
        }
        unwatch();
        watch = Optional.of(new PeerWatch(posix, pid, address));
        ready = false;
        polledNanos = System.nanoTime() - SILENCE.toNanos();
        lives();
    }

    /** It has done something, and has its whole time again. */
    void lives() {
        readyDeadlineNanos = System.nanoTime() + readyTimeout.toNanos();
    }

    /** It accepts, and has had us drain: it serves, and will end us. */
    void isReady() {
        ready = true;
    }

    boolean ready() {
        return ready;
    }

    /** Negative when it is overdue. */
    Duration untilReadyDeadline() {
        return Duration.ofNanos(readyDeadlineNanos - System.nanoTime());
    }

    /** To wait for. */
    Optional<Fd> pidFd() {
        return watch.flatMap(PeerWatch::pidFd);
    }

    /** The child that has ended, told once. */
    OptionalLong ended() {
        if (watch.isEmpty() || !watch.get().ended()) {
            return OptionalLong.empty();
        }
        long pid = watch.get().pid();
        unwatch();
        return OptionalLong.of(pid);
    }

    /** Waits no longer than {@code patience} for the end of a process that may be about to end. */
    boolean ends(Duration patience) {
        return watch.isEmpty() || watch.get().ends(patience);
    }

    /** It has left; its pid may come again as another. */
    void forgetWhatItWasTold() {
        lastTold = OptionalLong.empty();
    }

    /** It asks, so it lives. The answer has the counters that it has not been told of. */
    Reply.Stats asksForStats(long connections) {
        polledNanos = System.nanoTime();
        Runtime runtime = Runtime.getRuntime();
        return new Reply.Stats(
                runtime.totalMemory() - runtime.freeMemory(),
                connections,
                latch.pending(),
                stats.exportedGauges(),
                Map.of(Stats.GENERATION, GENERATION_IS_DYNAMIC));
    }

    void told(Reply.Stats answer) {
        latch.commit(answer.counterDeltas());
    }

    /** An Envoy child that still asks must not lose us: it aborts when its parent is gone at its next question. */
    boolean isSilent() {
        return System.nanoTime() - polledNanos >= SILENCE.toNanos();
    }

    private void unwatch() {
        watch.ifPresent(PeerWatch::close);
        watch = Optional.empty();
    }

    @Override
    public void close() {
        unwatch();
    }
}
