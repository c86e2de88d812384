package io.baton.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that gives an order to the supervisor of a runtime directory. */
abstract class SupervisedCommand implements Callable<Integer> {
    @Mixin
    private final RuntimeDirOption runtimeDir = new RuntimeDirOption();

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final CommandHelp help = new CommandHelp();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    final RuntimeDir directory() throws CliException {
        return RuntimeDir.open(runtimeDir.path());
    }

    final CommandLine commandLine() {
        return spec.commandLine();
    }

    /** Results. */
    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** What happens meanwhile; each line once, however often the supervisor repeats it. */
    final ProgressLines progress() {
        return new ProgressLines(spec.commandLine().getErr(), Terminal.showsProgress(System.getenv()));
    }

    /** Prints how it ended. */
    final int order(ControlRequest request) throws CliException {
        try (ControlClient client = ControlClient.connect(directory())) {
            ProgressLines progress = progress();
            ControlReply reply = client.ask(request, progress);
            progress.end();
            return switch (reply) {
                case ControlReply.Done(var text) -> {
                    out().println(text);
                    yield ExitCode.DONE.code;
                }
                case ControlReply.Refused(var reason) -> throw new CliException(ExitCode.REFUSED, reason);
                case ControlReply.Report _, ControlReply.Progress _ ->
                    throw new CliException(ExitCode.FAILED, "the supervisor answered something else");
            };
        }
    }
}
