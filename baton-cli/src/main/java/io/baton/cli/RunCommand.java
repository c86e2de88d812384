package io.baton.cli;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code baton run}: the supervisor, in the foreground. */
@Command(
        name = "run",
        description = "Serve under a supervisor, in the foreground. Without a config: an embedded origin on loopback.",
        footer = {
            "",
            "Signals: HUP hot restart; TERM, INT graceful stop, the second time at once; USR1 reopens the logs."
        })
final class RunCommand implements Callable<Integer> {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "The config.")
    private @Nullable Path config;

    @Mixin
    private final RuntimeDirOption runtimeDir = new RuntimeDirOption();

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            description = "Event loops of a generation. Default: one per processor.")
    private @Nullable Integer concurrency;

    @Option(names = "--no-migration", description = "Live connections do not move between generations: they drain.")
    private boolean noMigration;

    @Mixin
    private final GetsocksOption getsocks = new GetsocksOption();

    @Mixin
    private final ServeCommand.LogOptions log = new ServeCommand.LogOptions();

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final CommandHelp help = new CommandHelp();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Override
    @SuppressWarnings("try") // the lock is held, not used
    public Integer call() throws CliException {
        if (concurrency != null && (concurrency < 1 || concurrency > ServeSettings.MAX_CONCURRENCY)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--concurrency is %d, expected 1 to %d".formatted(concurrency, ServeSettings.MAX_CONCURRENCY));
        }
        Signals signals = Signals.install();
        Posix posix = Posix.linux();
        Path home = Distribution.current(System.getenv());
        // A bad config is refused before anything is made.
        Path given = config == null ? null : config.toAbsolutePath().normalize();
        if (given != null) {
            Configs.load(given);
        }
        RuntimeDir directory = RuntimeDir.create(runtimeDir.path());
        try (Fd lock = directory.lock(posix)) {
            if (given != null) {
                return supervise(signals, directory, given, home).code;
            }
            try (EmbeddedOrigin origin = EmbeddedOrigin.start(directory)) {
                announce().accept("no config: an embedded origin answers on 127.0.0.1:%d".formatted(origin.port()));
                announce().accept("try: " + origin.curl());
                return supervise(signals, directory, directory.embeddedConfig(), home).code;
            }
        }
    }

    private ExitCode supervise(Signals signals, RuntimeDir directory, Path file, Path home) throws CliException {
        RunSettings.Checker checker = (path, build) -> Configs.check(path, build, home);
        RunSettings settings = new RunSettings(file, home, checker.check(file, home), passedOn());
        write(directory);
        try (Notifier notifier = Notifier.fromEnvironment(Posix.linux(), System.getenv());
                Supervision supervision = new Supervision(Posix.linux(), directory, settings, checker, announce())) {
            return supervision.run(signals, notifier);
        }
    }

    private static void write(RuntimeDir directory) throws CliException {
        try {
            directory.replace(directory.pidFile(), ProcessHandle.current().pid() + "\n");
            Files.deleteIfExists(directory.controlSocket());
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED, "cannot write into %s: %s".formatted(directory.path(), e.getMessage()), e);
        }
    }

    private List<String> passedOn() {
        List<String> flags = new ArrayList<>();
        if (concurrency != null) {
            flags.addAll(List.of("--concurrency", concurrency.toString()));
        }
        if (noMigration) {
            flags.add("--no-migration");
        }
        getsocks.path().ifPresent(path -> flags.addAll(List.of(GetsocksOption.NAME, path.toString())));
        Optional<Path> path = log.path();
        path.ifPresent(
                file -> flags.addAll(List.of("--log-path", file.toAbsolutePath().toString())));
        log.level()
                .ifPresent(level ->
                        flags.addAll(List.of("--log-level", level.name().toLowerCase(Locale.ROOT))));
        return flags;
    }

    private Consumer<String> announce() {
        PrintWriter err = spec.commandLine().getErr();
        return line -> err.println("baton: " + line);
    }
}
