package io.baton.cli;

import io.baton.proxy.HandoverConfig;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What generations are started with, and with what from the hot restart under way on. Only touched on the supervisor's thread. */
final class SettingsInUse {
    private final SupervisorLoop loop;
    private final RunSettings.Checker checker;
    private RunSettings current;
    private @Nullable RunSettings next;

    SettingsInUse(SupervisorLoop loop, RunSettings.Checker checker, RunSettings first) {
        this.loop = loop;
        this.checker = checker;
        this.current = first;
    }

    RunSettings current() {
        return current;
    }

    HandoverConfig times() {
        return current.times();
    }

    Optional<RunSettings> next() {
        return Optional.ofNullable(next);
    }

    /** Checks what {@code asked} wants, which takes its time: one of the two hears of it later, on the supervisor's thread. */
    void check(UpgradeJob asked, Consumer<RunSettings> good, Consumer<String> bad) {
        RunSettings old = current;
        loop.aside(() -> {
            try {
                RunSettings checked = old.changed(asked.config(), asked.home(), checker);
                loop.run(() -> good.accept(checked));
            } catch (CliException e) {
                loop.run(() -> bad.accept(e.getMessage()));
            }
        });
    }

    void prepare(RunSettings checked) {
        next = checked;
    }

    /** What was prepared serves. */
    void promote() {
        if (next != null) {
            current = next;
            next = null;
        }
    }

    void forget() {
        next = null;
    }
}
