package io.baton.cli;

import io.baton.admin.LineageDesk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a generation's console knows and orders through the supervisor's control socket, as any command does. Thread-safe. */
final class SupervisorLink implements LineageDesk {
    /** Tells a generation where its supervisor is to be found. */
    static final String VARIABLE = "BATON_RUNTIME_DIR";

    private static final Logger LOG = LoggerFactory.getLogger(SupervisorLink.class);

    private final Path runtimeDir;
    private volatile Known known = new Known(FileTime.fromMillis(0), -1, List.of());

    /** The journal's handovers when the file was last another: a page asks several times a second, and it is read as a whole. */
    private record Known(FileTime changed, long size, List<String> handovers) {}

    private SupervisorLink(Path runtimeDir) {
        this.runtimeDir = runtimeDir;
    }

    static LineageDesk of(Map<String, String> environment) {
        String path = environment.getOrDefault(VARIABLE, "");
        return path.isEmpty() ? LineageDesk.NONE : new SupervisorLink(Path.of(path));
    }

    @Override
    public Optional<String> status() {
        try {
            return ask(new ControlRequest.Status()) instanceof ControlReply.Report(var status)
                    ? Optional.of(Json.write(status))
                    : Optional.empty();
        } catch (CliException e) {
            LOG.debug("no status from the supervisor: {}", e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public List<String> history(int most) {
        try {
            List<String> handovers = handovers(RuntimeDir.open(runtimeDir).journal());
            return handovers.subList(Math.max(0, handovers.size() - most), handovers.size());
        } catch (IOException | CliException e) {
            LOG.debug("no journal: {}", e.getMessage());
            return List.of();
        }
    }

    private List<String> handovers(Path journal) throws IOException {
        BasicFileAttributes now = Files.readAttributes(journal, BasicFileAttributes.class);
        Known last = known;
        if (last.size() != now.size() || !last.changed().equals(now.lastModifiedTime())) {
            List<String> handovers = Journal.read(journal).stream()
                    .filter(entry -> entry.kind() == Journal.Kind.HANDOVER)
                    .map(Journal.Entry::toJson)
                    .toList();
            last = new Known(now.lastModifiedTime(), now.size(), handovers);
            known = last;
        }
        return last.handovers();
    }

    @Override
    public String upgrade() {
        return order(new ControlRequest.Upgrade(Optional.empty(), Optional.empty()));
    }

    @Override
    public String rollBack() {
        return order(new ControlRequest.Rollback());
    }

    private String order(ControlRequest request) {
        try {
            return switch (ask(request)) {
                case ControlReply.Done(var text) -> text;
                case ControlReply.Refused(var reason) -> "refused: " + reason;
                case ControlReply.Report _, ControlReply.Progress _ -> "failed: the supervisor answered something else";
            };
        } catch (CliException e) {
            return "failed: " + e.getMessage();
        }
    }

    private ControlReply ask(ControlRequest request) throws CliException {
        try (ControlClient client = ControlClient.connect(RuntimeDir.open(runtimeDir))) {
            return client.ask(request, progress -> {});
        }
    }
}
