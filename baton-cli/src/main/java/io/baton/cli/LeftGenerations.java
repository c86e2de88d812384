package io.baton.cli;

import io.baton.posix.Posix;
import io.baton.posix.PosixException;
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
}
