package io.baton.cli;

import io.baton.HotRestart;
import io.baton.posix.Posix;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code baton version}. */
@Command(name = "version", description = "Show the versions of Baton, of its hot restart protocol and of Java.")
final class VersionCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final CommandHelp help = new CommandHelp();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine()
                .getOut()
                .printf(
                        "baton %s, hot restart %s, Java %s%n",
                        BuildVersion.get(), HotRestart.supportedVersion(Posix.linux()), Runtime.version());
        return ExitCode.DONE.code;
    }
}
