package io.baton.cli;

import io.baton.cli.SupervisorState.Member;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A hot restart that was asked for, and what its requester is told about it. {@link #progress} and the like are called on the
 * supervisor's thread, {@link #await} on the requester's.
 */
final class UpgradeJob {
    /** A requester that has left must not make us keep its replies for ever. */
    private static final int MAX_UNREAD = 256;

    private final String requester;
    private final Optional<Path> config;
    private final Optional<Path> home;
    private final long askedNanos = System.nanoTime();
    private final Instant asked = Instant.now();
    private final HandoverStory.Steps steps = new HandoverStory.Steps();
    private final BlockingQueue<ControlReply> replies = new LinkedBlockingQueue<>(MAX_UNREAD);
    private @Nullable Member parent;
    private volatile String phase = "the config is being checked";
    /** How many in a row were of counting. */
    private int counted;

    /**
     * @param requester who asks, in words: {@code pid 4711}, {@code SIGHUP}
     * @param config a new config; empty for the one in use, read again
     * @param home another distribution; empty for the one in use
     */
    UpgradeJob(String requester, Optional<Path> config, Optional<Path> home) {
        this.requester = requester;
        this.config = config;
        this.home = home;
    }

    Optional<Path> config() {
        return config;
    }

    Optional<Path> home() {
        return home;
    }

    /** @param serving what is to be replaced */
    void accepted(Member serving) {
        parent = serving;
    }

    /** @throws IllegalStateException before {@link #accepted} */
    Member parent() {
        if (parent == null) {
            throw new IllegalStateException("the hot restart was not accepted yet");
        }
        return parent;
    }

    long askedNanos() {
        return askedNanos;
    }

    /** Who is at it, since when and how far: for whoever comes second. */
    String describe() {
        return "%s is at it since %.1f s: %s".formatted(requester, (System.nanoTime() - askedNanos) / 1e9, phase);
    }

    String phase() {
        return phase;
    }

    void progress(String text) {
        counted = 0;
        step(text, false);
    }

    /** As {@link #progress}; of several in a row only the first and the last one matter afterwards. */
    void counting(String text) {
        step(text, counted > 1);
        counted++;
    }

    private void step(String text, boolean replaces) {
        phase = text;
        steps.add(Handover.millisSince(askedNanos), text, replaces);
        tell(new ControlReply.Progress(text));
    }

    void done(String text) {
        tell(new ControlReply.Done(text));
    }

    void refused(String reason) {
        tell(new ControlReply.Refused(reason));
    }

    private void tell(ControlReply reply) {
        if (!replies.offer(reply)) {
            // The end must get through; nobody misses an old progress line.
            replies.poll();
            replies.offer(reply);
        }
    }

    /** How it went, once it has ended with {@code words}. On the supervisor's thread. */
    HandoverStory story(String words) {
        return new HandoverStory(asked, requester, steps.soFar(), words);
    }

    /** The next thing to tell the requester; null when there was none for {@code patience}. */
    @Nullable
    ControlReply await(Duration patience) throws InterruptedException {
        return replies.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    }
}
