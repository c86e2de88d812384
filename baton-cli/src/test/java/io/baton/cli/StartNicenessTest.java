package io.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.baton.posix.Errno;
import io.baton.posix.Posix;
import io.baton.testkit.FaultyPosix;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class StartNicenessTest {
    private final int usual = TaskStat.ofThisThread().nice();

    @Test
    void withoutAWayBackTheProcessStaysAsItIs() {
        StartNiceness niceness = StartNiceness.of(
                new FaultyPosix(Posix.linux())
                        .fail("setNice", Errno.EACCES, 100)
                        .posix(),
                Map.of());

        niceness.lower();

        assertThat(TaskStat.ofThisThread().nice()).isEqualTo(usual);
        assertThat(niceness.forChild()).isEmpty();
    }

    @Test
    void whatYieldsRunsBehindOthersInAThreadOfItsOwn() {
        StartNiceness niceness = StartNiceness.of(Posix.linux(), Map.of());
        AtomicInteger inside = new AtomicInteger();

        niceness.yielding(() -> inside.set(TaskStat.ofThisThread().nice()));

        assertThat(inside.get()).isEqualTo(Math.min(19, usual + 10));
        assertThat(TaskStat.ofThisThread().nice()).isEqualTo(usual);
    }

    @Test
    void whatCannotBePutBehindRunsAllTheSame() {
        StartNiceness niceness = StartNiceness.of(
                new FaultyPosix(Posix.linux()).fail("setNice", Errno.EPERM, 100).posix(), Map.of());
        AtomicInteger runs = new AtomicInteger();
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(StartNiceness.class);
        lines.start();
        logger.addAppender(lines);
        try {
            niceness.yielding(runs::incrementAndGet);
        } finally {
            logger.detachAppender(lines);
        }

        assertThat(runs.get()).isEqualTo(1);
        assertThat(lines.list).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(line.getFormattedMessage())
                    .startsWith("the rehearsal competes with what serves: setNice")
                    .contains("EPERM");
            assertThat(line.getThrowableProxy()).isNull();
        });
    }

    @Test
    void whatRunsBehindIsNotWaitedFor() {
        StartNiceness niceness = StartNiceness.of(Posix.linux(), Map.of());
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<Integer> inside = new CompletableFuture<>();

        niceness.behind(() -> {
            try {
                goOn.await();
                inside.complete(TaskStat.ofThisThread().nice());
            } catch (InterruptedException e) {
                inside.completeExceptionally(e);
            }
        });
        goOn.countDown();

        assertThat(inside.orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo(19);
    }

    @Test
    void whoeverStartedUsMaySayWhatIsUsualButNothingThatIsNoNiceValue() {
        for (String given : new String[] {"", "20", "-21", "x", "1.0"}) {
            StartNiceness niceness = StartNiceness.of(Posix.linux(), Map.of("BATON_NICE", given));

            assertThat(niceness.forChild().values()).as(given).isSubsetOf(Integer.toString(usual));
        }
    }
}
