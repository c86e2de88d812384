package io.baton.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code baton history}: reads the journal itself, so that it answers when nothing runs any more. */
@Command(name = "history", description = "What happened in this runtime directory: hot restarts, deaths, refusals.")
final class HistoryCommand extends SupervisedCommand {
    private static final String MANY = "100";

    @Option(
            names = {"-n", "--last"},
            paramLabel = "N",
            defaultValue = MANY,
            description = "The last N entries. Default ${DEFAULT-VALUE}.")
    private int last;

    @Option(names = "--handovers", description = "Hot restarts only.")
    private boolean handoversOnly;

    @Option(names = "--timeline", description = "Each hot restart step by step.")
    private boolean timeline;

    @Option(names = "--json", description = "For scripts: one JSON object a line.")
    private boolean json;

    @Override
    public Integer call() throws CliException {
        if (last < 1) {
            throw new ParameterException(commandLine(), "--last is %d, expected 1 or more".formatted(last));
        }
        List<Journal.Entry> entries = read().stream()
                .filter(entry -> !handoversOnly || entry.kind() == Journal.Kind.HANDOVER)
                .toList();
        PrintWriter out = out();
        for (Journal.Entry entry : entries.subList(Math.max(0, entries.size() - last), entries.size())) {
            if (json) {
                out.println(entry.toJson());
            } else {
                out.print(HistoryText.render(entry, timeline));
            }
        }
        out.flush();
        return ExitCode.DONE.code;
    }

    private List<Journal.Entry> read() throws CliException {
        RuntimeDir directory = directory();
        try {
            return Journal.read(directory.journal());
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED, "cannot read %s: %s".formatted(directory.journal(), e.getMessage()), e);
        }
    }
}
