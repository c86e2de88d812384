package io.baton.cli;

import static io.baton.posix.ProcessCalls.SIGTERM;

import io.baton.RestartEpoch;
import io.baton.cli.SupervisorState.Member;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A living generation and the last it said of itself. Only touched on the supervisor's thread. */
final class Generation {
    private final Member member;
    private final GenerationProcess process;
    private final Instant started;
    private @Nullable GenerationReport report;
    private @Nullable String failure;
    private boolean retiring;
    private boolean undone;
    private final Set<Integer> untilHeard = new LinkedHashSet<>();
    private long deadlineNanos;

    Generation(RestartEpoch epoch, GenerationProcess process, Instant started) {
        this.member = new Member(epoch, process.pid());
        this.process = process;
        this.started = started;
    }

    Member member() {
        return member;
    }

    RestartEpoch epoch() {
        return member.epoch();
    }

    GenerationProcess process() {
        return process;
    }

    Instant started() {
        return started;
    }

    void reported(GenerationReport latest) {
        report = latest;
        untilHeard.forEach(process::signal);
        untilHeard.clear();
    }

    /** Sends a signal that kills a JVM which has not got so far as to handle it: not before its first report. */
    void signalOnceHeard(int signal) {
        if (report == null) {
            untilHeard.add(signal);
        } else {
            process.signal(signal);
        }
    }

    Optional<GenerationReport> report() {
        return Optional.ofNullable(report);
    }

    /** A generation that has said nothing yet is on its way to ready. */
    GenerationState state() {
        return report == null ? GenerationState.AWAITING_READY : report.state();
    }

    long connections() {
        return report == null ? 0 : report.connections();
    }

    /** Keeps the first reason: what follows from it says less. */
    void failed(String reason) {
        if (failure == null) {
            failure = reason;
        }
    }

    /** Told to end before it served, and to give back what it has. */
    void undo(String reason) {
        undone = true;
        failed(reason);
        signalOnceHeard(SIGTERM);
    }

    boolean undone() {
        return undone;
    }

    /** Why it ended, in words: what it said itself, else how the process ended. */
    String endWords(String howEnded) {
        return failure == null ? howEnded : failure;
    }

    /** Another serves from now on, and this one is to have ended before {@code atMost} is over. */
    void retire(Duration atMost) {
        retiring = true;
        deadlineNanos = System.nanoTime() + atMost.toNanos();
    }

    boolean retiring() {
        return retiring;
    }

    /** Until a retiring generation is made to end. */
    long secondsLeft() {
        return Math.max(0, Duration.ofNanos(deadlineNanos - System.nanoTime()).toSeconds());
    }

    /** How many connections ended by themselves while it drained, as far as can be known. */
    long drained() {
        return report == null ? 0 : Math.max(0, report.moves().stayed() - cut());
    }

    /** How many connections it had to cut, as far as it could still say so; else all that it had left. */
    long cut() {
        return report == null ? 0 : report.state() == GenerationState.TERMINATED ? report.cut() : report.connections();
    }
}
