package io.baton.cli;

import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.ProcessCalls;
import io.baton.proxy.HandoverConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What a supervisor that has died left behind. */
final class LeftGenerations {
    private LeftGenerations() {}

    /** The generations of the lineage file that still live, oldest first. */
    static List<Generation> find(Posix posix, RuntimeDir directory, Consumer<String> announce) {
        Optional<Lineage> lineage;
        try {
            lineage = Lineage.read(directory.lineageFile());
        } catch (IOException e) {
            announce.accept("%s; what may still run is left alone".formatted(e.getMessage()));
            return List.of();
        }
        List<Generation> living = new ArrayList<>();
        for (Lineage.Entry entry : lineage.map(Lineage::generations).orElse(List.of())) {
            if (entry.isAlive()) {
                adopt(posix, entry).ifPresent(living::add);
            }
        }
        return living;
    }

    private static Optional<Generation> adopt(Posix posix, Lineage.Entry entry) {
        try {
            GenerationProcess process = GenerationProcess.Adopted.of(entry.pid(), posix);
            return Optional.of(new Generation(entry.epoch(), process, entry.started()));
        } catch (PosixException e) {
            // ESRCH: it has ended since.
            return Optional.empty();
        }
    }

    /**
     * Decides, once they have had the time to report, what they are: the newest that serves is the one to replace, those that drain may
     * go on, and any other (not ready, or hung) would be in the way of those to come.
     *
     * @return the one that serves
     */
    static Optional<Generation> settle(Household household, Farewells farewells, HandoverConfig times) {
        Optional<Generation> serving = household.all().reversed().stream()
                .filter(generation -> generation.state() == GenerationState.SERVING)
                .findFirst();
        for (Generation other : household.all()) {
            if (other.state() == GenerationState.DRAINING) {
                farewells.retire(other, times.parentShutdown());
            } else if (serving.filter(found -> found.member().equals(other.member()))
                    .isEmpty()) {
                other.process().signal(ProcessCalls.SIGKILL);
            }
        }
        return serving;
    }
}
