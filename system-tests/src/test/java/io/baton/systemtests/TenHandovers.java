package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One Baton replaced ten times in a row, each time by {@code baton upgrade}, and what its status said then. */
final class TenHandovers {
    static final int NUMBER = 10;

    private static final Pattern MOVED =
            Pattern.compile("\"moved\":(\\d+),\"drained\":(\\d+),\"cut\":(\\d+),\"pause_ms\":(null|\\{[^}]*})");
    private static final Duration PATIENCE = BatonProcess.PATIENCE;

    private final List<Handover> handovers = new ArrayList<>();

    /** @param pause as the status has it, in milliseconds */
    record Handover(int moved, int drained, int cut, String pause, Duration lasted) {}

    /** What is done before each. */
    @FunctionalInterface
    interface Between {
        void act() throws Exception;
    }

    /** @throws Exception whatever {@code before} throws */
    static TenHandovers of(BatonProcess baton, Between before) throws Exception {
        TenHandovers all = new TenHandovers();
        for (int epoch = 1; epoch <= NUMBER; epoch++) {
            before.act();
            all.handOver(baton, epoch);
        }
        before.act();
        return all;
    }

    private void handOver(BatonProcess baton, int epoch) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        baton.upgrade();
        Duration lasted = Duration.ofNanos(System.nanoTime() - begun);
        assertThat(baton.serving().epoch()).isEqualTo(epoch);
        await("the old process leaves")
                .atMost(PATIENCE)
                .until(() -> baton.generations().size() == 1);
        Matcher matcher = MOVED.matcher(baton.status());
        assertThat(matcher.find()).as(baton.status()).isTrue();
        Handover handover = new Handover(
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                Integer.parseInt(matcher.group(3)),
                matcher.group(4),
                lasted);
        System.out.println(handover);
        handovers.add(handover);
    }

    List<Handover> handovers() {
        return List.copyOf(handovers);
    }
}
