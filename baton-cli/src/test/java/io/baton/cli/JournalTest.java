package io.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.RestartEpoch;
import io.baton.cli.SupervisorState.Member;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    private static final Instant NIGHT = Instant.parse("2026-11-22T03:12:00Z");

    private final List<String> complaints = new ArrayList<>();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before each test
    private Path temp;

    @SuppressWarnings("NullAway.Init") // set before each test
    private RuntimeDir directory;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Journal journal;

    @BeforeEach
    void open() throws Exception {
        directory = RuntimeDir.create(temp.resolve("r"));
        journal = new Journal(directory, () -> NIGHT, complaints::add);
    }

    @Test
    void whatHappenedIsReadBackByAnotherProcess() throws Exception {
        journal.event("generation 3 (pid 7) serves");

        assertThat(Journal.read(directory.journal()))
                .containsExactly(new Journal.Entry(NIGHT, Journal.Kind.EVENT, (Object) "generation 3 (pid 7) serves"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.journal())))
                .isEqualTo("rw-------");
    }

    @Test
    void ofAHotRestartTheLastThatIsKnownHolds() throws Exception {
        Handover committed = Handover.ended(job(), Handover.Result.COMMITTED, "generation 4 (pid 8) serves");
        journal.handover(committed);
        journal.event("generation 3 (pid 7) is gone");
        journal.handover(committed.parentGone(2, 1, 900));

        List<Journal.Entry> entries = Journal.read(directory.journal());
        assertThat(entries).hasSize(2);
        assertThat(entries.getLast().what()) // at the time when it was asked for, which is now
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("from", 3L)
                .containsEntry("to", 4L)
                .containsEntry("result", "committed")
                .containsEntry("asked_by", "pid 4711")
                .containsEntry("drained", 2L)
                .containsEntry("cut", 1L)
                .containsEntry("parent_gone_ms", 900L)
                .hasEntrySatisfying(
                        "timeline",
                        timeline -> assertThat(words(timeline))
                                .containsExactly(
                                        "checking the config",
                                        "moved 1 of 9 connections",
                                        "moved 9 of 9 connections",
                                        "it serves"));
    }

    private static List<String> words(Object timeline) {
        return ((List<?>) timeline)
                .stream()
                        .map(step -> String.valueOf(((Map<?, ?>) step).get("what")))
                        .toList();
    }

    /** Counting says the same thing again and again. */
    private static UpgradeJob job() {
        UpgradeJob job = new UpgradeJob("pid 4711", Optional.empty(), Optional.empty());
        job.accepted(new Member(new RestartEpoch(3), 7));
        job.progress("checking the config");
        for (int i = 1; i <= 9; i++) {
            job.counting("moved %d of 9 connections".formatted(i));
        }
        job.progress("it serves");
        return job;
    }

    @Test
    void aTimelineIsBounded() {
        UpgradeJob job = job();
        for (int i = 0; i < 1000; i++) {
            job.progress("step " + i);
        }
        assertThat(job.story("done").timeline()).hasSize(HandoverStory.Steps.MAX);
        assertThat(job.story("done").timeline().getLast().words()).isEqualTo("step 999");
    }

    @Test
    void theOlderHalfGoesWhenItIsFull() throws Exception {
        String words = "x".repeat(1000);
        for (int i = 0; i < 3000; i++) {
            journal.event(i + words);
        }
        assertThat(Files.size(directory.journal())).isBetween(Journal.MAX_BYTES / 3L, (long) Journal.MAX_BYTES);
        List<Journal.Entry> entries = Journal.read(directory.journal());
        assertThat(entries.getLast().what()).isEqualTo(2999 + words);
        assertThat(entries.getFirst().what().toString()).endsWith(words);
        assertThat(complaints).isEmpty();
    }

    @Test
    void aLineThatAMachinesEndHasTornCostsOnlyItself() throws Exception {
        journal.event("before");
        Files.writeString(directory.journal(), "{\"at\":\"2026-11", StandardOpenOption.APPEND);

        new Journal(directory, () -> NIGHT, complaints::add).event("after");

        assertThat(Journal.read(directory.journal()))
                .extracting(Journal.Entry::what)
                .containsExactly("before", "after");
    }

    @Test
    void aJournalThatCannotBeWrittenIsSaidOnceAndHarmsNothing() throws Exception {
        Files.createDirectory(directory.journal());

        journal.event("one");
        journal.event("two");

        assertThat(complaints).hasSize(1).first().asString().startsWith("the journal " + directory.journal());
    }

    @Test
    void peopleReadWhatHappenedWhen() throws Exception {
        journal.handover(Handover.ended(job(), Handover.Result.ROLLED_BACK, "undone"));
        String text = HistoryText.render(Journal.read(directory.journal()).getFirst(), true);

        assertThat(text.lines().toList()).hasSize(5);
        assertThat(text)
                .contains("hot restart 3 -> 4, asked for by pid 4711: rolled_back after")
                .contains("moved 9 of 9 connections");
    }
}
