package io.baton.cli;

import io.baton.HotRestart;
import io.baton.HotRestartOptions;
import io.baton.inherit.InheritException;
import io.baton.inherit.Inheritance;
import io.baton.inherit.Inheritances;
import io.baton.posix.Posix;
import io.baton.proxy.BatonConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code baton serve}: one generation, for a supervisor to start: ours, systemd, or Envoy's hot-restarter script. */
@Command(
        name = "serve",
        description = "Serve as one generation, without supervisor. Takes Envoy's hot restart flags.",
        footer = {
            "",
            "Signals: TERM, INT shut down; WINCH drains, then exits; USR1 reopens the logs; HUP is ignored.",
            "Readiness is told to $NOTIFY_SOCKET, as systemd expects it."
        })
final class ServeCommand implements Callable<Integer> {
    enum Mode {
        SERVE,
        VALIDATE,
        INIT_ONLY
    }

    @Option(
            names = {"-c", "--config-path"},
            paramLabel = "FILE",
            description = "The config.")
    private @Nullable Path config;

    @Mixin
    private final ServeFlags flags = new ServeFlags();

    @Option(
            names = "--hot-restart-version",
            description = "Print what must be equal for two builds to restart one another.")
    private boolean hotRestartVersion;

    @Option(
            names = "--mode",
            defaultValue = "serve",
            description =
                    "serve, validate (only read the config) or init_only (get ready, then exit). Default ${DEFAULT-VALUE}.")
    private Mode mode = Mode.SERVE;

    @Option(names = "--admin-address-path", paramLabel = "FILE", description = "Write the admin's bound address there.")
    private @Nullable Path adminAddressPath;

    @Option(names = "--concurrency", paramLabel = "N", description = "Event loops. Default: one per processor.")
    private @Nullable Integer concurrency;

    @Option(
            names = "--inherit",
            paramLabel = "SOURCE",
            defaultValue = "auto",
            description = "Whose listening sockets to take over, besides those of a parent of our own: "
                    + Inheritances.EXPECTED + ". Default ${DEFAULT-VALUE}: what the environment tells.")
    private String inherit = "auto";

    @Mixin
    private final LogOptions log = new LogOptions();

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final CommandHelp help = new CommandHelp();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Override
    public Integer call() throws CliException {
        if (hotRestartVersion) {
            spec.commandLine()
                    .getOut()
                    .println(flags.disabled() ? "disabled" : HotRestart.supportedVersion(Posix.linux()));
            return ExitCode.DONE.code;
        }
        if (config == null) {
            throw new ParameterException(spec.commandLine(), "expected --config-path FILE");
        }
        if (concurrency != null && (concurrency < 1 || concurrency > ServeSettings.MAX_CONCURRENCY)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--concurrency is %d, expected 1 to %d".formatted(concurrency, ServeSettings.MAX_CONCURRENCY));
        }
        // Before anything slow: an USR1 that nobody handles kills the JVM.
        Signals signals = Signals.install();
        try (Notifier notifier = Notifier.fromEnvironment(Posix.linux(), System.getenv())) {
            try {
                log.apply();
                Inheritance inheritance = inheritance();
                BatonConfig loaded = Configs.load(config);
                HotRestartOptions options = options(loaded);
                if (mode == Mode.VALIDATE) {
                    spec.commandLine().getOut().printf("configuration '%s' OK%n", config);
                    return ExitCode.DONE.code;
                }
                ServeSettings settings = new ServeSettings(
                        config,
                        loaded,
                        Inheriting.lineage(Posix.linux(), inheritance, options),
                        mode == Mode.INIT_ONLY,
                        Optional.ofNullable(adminAddressPath),
                        concurrency == null ? Runtime.getRuntime().availableProcessors() : concurrency);
                try (Inheriting inheriting = Inheriting.begin(Posix.linux(), inheritance)) {
                    return new Serve(Posix.linux(), settings, notifier, inheriting).run(signals).code;
                }
            } catch (CliException e) {
                notifier.send(NotifyMessage.of(NotifyMessage.FAILURE, e.getMessage()));
                throw e;
            }
        }
    }

    private Inheritance inheritance() throws CliException {
        try {
            return Inheritances.of(inherit, System.getenv(), Posix.linux());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "Invalid value for option '--inherit': " + e.getMessage(), e);
        } catch (InheritException e) {
            throw new CliException(ExitCode.FAILED, "--inherit %s: %s".formatted(inherit, e.getMessage()), e);
        }
    }

    private HotRestartOptions options(BatonConfig loaded) {
        try {
            return flags.toOptions(loaded.handover());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** Where the log goes and how much of it. */
    static final class LogOptions {
        @Option(names = "--log-path", paramLabel = "FILE", description = "The log, instead of stderr. USR1 reopens it.")
        private @Nullable Path path;

        @Option(
                names = {"-l", "--log-level"},
                paramLabel = "LEVEL",
                description = "trace, debug, info, warning, error, critical or off. Default info.")
        private @Nullable LogLevel level;

        void apply() throws CliException {
            if (level != null) {
                level.apply();
            }
            if (path != null) {
                try {
                    LogOutput.INSTANCE.open(path);
                } catch (IOException e) {
                    throw new CliException(
                            ExitCode.FAILED, "cannot open log %s: %s".formatted(path, e.getMessage()), e);
                }
            }
        }

        Optional<Path> path() {
            return Optional.ofNullable(path);
        }

        Optional<LogLevel> level() {
            return Optional.ofNullable(level);
        }
    }
}
