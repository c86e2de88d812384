package io.baton.cli;

import io.baton.cli.Handover.Result;
import io.baton.cli.SupervisorState.Member;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The hot restart under way, of which there is one at most, and the last that came to an end. Only touched on the supervisor's thread. */
final class HandoverLedger {
    private final Consumer<String> announce;
    private final Consumer<Handover> journal;
    private @Nullable UpgradeJob job;
    private @Nullable Handover last;
    /** What the child of the hot restart under way has told last: it may be its parent who speaks last before the end of that. */
    private Moves movedSoFar = Moves.NONE;

    /** The parent's end, when it came before the end of the hot restart. */
    private @Nullable ParentEnd parentEnd;

    private record ParentEnd(long drained, long cut, long atMs) {}

    /** Set before the supervisor's thread has anything to do. */
    private volatile ServiceManager manager = ServiceManager.NONE;

    /** @param journal is given each as it ended, and again when more is known of it */
    HandoverLedger(Consumer<String> announce, Consumer<Handover> journal) {
        this.announce = announce;
        this.journal = journal;
    }

    Optional<UpgradeJob> job() {
        return Optional.ofNullable(job);
    }

    Optional<Handover> last() {
        return Optional.ofNullable(last);
    }

    boolean isAbout(UpgradeJob asked) {
        return asked == job;
    }

    void open(UpgradeJob asked, Member serving) {
        job = asked;
        parentEnd = null;
        movedSoFar = Moves.NONE;
        asked.accepted(serving);
        manager.reloading("a hot restart is under way");
    }

    void tell(ServiceManager told) {
        manager = told;
    }

    /** A hot restart that does not even begin: who has asked for it by a signal must not wait for one. */
    void refuse(UpgradeJob asked, String reason) {
        asked.refused(reason);
        manager.reloading("the hot restart is refused");
        manager.ready("serving; a hot restart was refused: " + reason);
    }

    /** Does nothing when no hot restart is under way. */
    void progress(String words) {
        if (job != null) {
            job.progress(words);
            manager.progress(words);
        }
    }

    /** The same while its connections are counted. */
    void counting(String words) {
        if (job != null) {
            job.counting(words);
            manager.progress(words);
        }
    }

    /** Tells the requester; does nothing when no hot restart is under way. */
    void close(Result result, String words) {
        if (job == null) {
            return;
        }
        Handover ended = Handover.ended(job, result, words);
        if (result == Result.COMMITTED) {
            ended = ended.moved(movedSoFar);
        }
        if (parentEnd != null) {
            ended = ended.parentGone(parentEnd.drained(), parentEnd.cut(), parentEnd.atMs());
        }
        last = ended;
        journal.accept(ended);
        switch (result) {
            case COMMITTED -> job.done("%s, in %d ms".formatted(words, ended.totalMs()));
            case FAILED -> {
                announce.accept("the hot restart failed: %s".formatted(words));
                job.refused(words);
            }
            case ROLLED_BACK -> {
                announce.accept("the hot restart was undone: %s".formatted(words));
                job.refused(words);
            }
        }
        job = null;
        manager.ready(
                result == Result.COMMITTED ? "serving; " + words : "serving; the last hot restart failed: " + words);
    }

    /** A generation tells of its connections; it counts if it is the child of the hot restart under way, or was that of the last. */
    void told(Generation generation, Moves moves) {
        if (job != null && generation.epoch().equals(job.parent().epoch().next())) {
            movedSoFar = moves;
        } else if (last != null
                && last.result() == Result.COMMITTED
                && last.to().equals(generation.epoch())
                && generation.state() == GenerationState.SERVING) {
            last = last.moved(moves);
        }
    }

    /** A process has ended; it counts if it was the parent of the hot restart under way, or else of the last. */
    void ended(Generation generation) {
        if (job != null && job.parent().equals(generation.member())) {
            parentEnd = new ParentEnd(generation.drained(), generation.cut(), Handover.millisSince(job.askedNanos()));
        } else if (last != null && last.parent().equals(generation.member())) {
            Handover whole =
                    last.parentGone(generation.drained(), generation.cut(), Handover.millisSince(last.askedNanos()));
            last = whole;
            journal.accept(whole);
        }
    }
}
