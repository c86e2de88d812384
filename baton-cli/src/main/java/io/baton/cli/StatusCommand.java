package io.baton.cli;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code baton status}. */
@Command(name = "status", description = "Show every living generation and the last hot restart.")
final class StatusCommand extends SupervisedCommand {
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);
    private static final String CLEAR = "\u001b[H\u001b[2J";

    @Option(names = "--json", description = "For scripts: one JSON object a line.")
    private boolean json;

    @Option(names = "--watch", description = "Again each second, until interrupted or stopped.")
    private boolean watch;

    @Override
    public Integer call() throws CliException {
        show();
        while (watch) {
            try {
                Thread.sleep(WATCH_INTERVAL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return ExitCode.DONE.code;
            }
            show();
        }
        return ExitCode.DONE.code;
    }

    private void show() throws CliException {
        Map<String, @Nullable Object> status = ask();
        if (json) {
            out().println(Json.write(status));
        } else {
            if (watch && Terminal.isColourful(System.getenv())) {
                out().print(CLEAR);
            }
            out().print(StatusText.render(status));
        }
        out().flush();
    }

    private Map<String, @Nullable Object> ask() throws CliException {
        try (ControlClient client = ControlClient.connect(directory())) {
            return switch (client.ask(new ControlRequest.Status(), progress())) {
                case ControlReply.Report(var status) -> status;
                case ControlReply.Refused(var reason) -> throw new CliException(ExitCode.REFUSED, reason);
                case ControlReply.Done _, ControlReply.Progress _ ->
                    throw new CliException(ExitCode.FAILED, "the supervisor answered something else");
            };
        }
    }
}
