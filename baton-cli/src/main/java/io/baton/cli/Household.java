package io.baton.cli;

import io.baton.BaseId;
import io.baton.cli.SupervisorState.Member;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The living generations, oldest first, and the file that remembers them. Only touched on the supervisor's thread. */
final class Household {
    private final Map<Long, Generation> byPid = new LinkedHashMap<>();
    private final RuntimeDir directory;
    private final Consumer<String> announce;

    Household(RuntimeDir directory, Consumer<String> announce) {
        this.directory = directory;
        this.announce = announce;
    }

    void add(Generation generation) {
        byPid.put(generation.member().pid(), generation);
    }

    void remove(Generation generation) {
        byPid.remove(generation.member().pid());
    }

    Optional<Generation> ofPid(long pid) {
        return Optional.ofNullable(byPid.get(pid));
    }

    Optional<Generation> find(Member member) {
        return ofPid(member.pid());
    }

    List<Generation> all() {
        return List.copyOf(byPid.values());
    }

    int size() {
        return byPid.size();
    }

    /** The oldest of those that are being replaced. */
    Optional<Generation> retiring() {
        return byPid.values().stream().filter(Generation::retiring).findFirst();
    }

    long connections() {
        return byPid.values().stream().mapToLong(Generation::connections).sum();
    }

    /** The base id of the newest generation that has told its own. */
    Optional<BaseId> baseId() {
        return all().reversed().stream()
                .flatMap(generation -> generation.report().stream())
                .map(GenerationReport::baseId)
                .findFirst();
    }

    /** From the first process on, ready or not: an orphan that nobody remembers could not be found again. */
    void save(RunSettings settings) {
        Lineage lineage = new Lineage(
                baseId(),
                settings.config(),
                settings.home(),
                all().stream().map(Household::entry).toList());
        try {
            directory.replace(directory.lineageFile(), lineage.toJson());
        } catch (IOException e) {
            announce.accept("cannot write %s: %s".formatted(directory.lineageFile(), e.getMessage()));
        }
    }

    private static Lineage.Entry entry(Generation generation) {
        long pid = generation.member().pid();
        return new Lineage.Entry(generation.epoch(), pid, Lineage.startTicks(pid), generation.started());
    }
}
