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
import java.util.List;
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
            "With --exec-upgrade as nginx's: USR2 upgrades, WINCH stops accepting, HUP takes the work back or reloads, QUIT drains and exits.",
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

    @Option(
            names = "--envoy-config",
            paramLabel = "FILE",
            description = "A bootstrap of Envoy (v3) instead; what Baton has nothing for is refused.")
    private @Nullable Path envoyConfig;

    @Mixin
    private final ServeFlags flags = new ServeFlags();

    @Mixin
    private final ExecFlags exec = new ExecFlags();

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
            names = "--in-place-upgrade",
            description =
                    "USR2 puts the build that this launcher's path then leads to in this process's place: the same pid, "
                            + "with all listeners and connections, which pause for as long as a JVM starts.")
    private boolean inPlaceUpgrade;

    @Option(
            names = "--inherit",
            paramLabel = "SOURCE",
            defaultValue = "auto",
            description = "Whose listening sockets to take over, besides those of a parent of our own: "
                    + Inheritances.EXPECTED + ". Default ${DEFAULT-VALUE}: what the environment tells.")
    private String inherit = "auto";

    @Option(
            names = "--sidecar-pair",
            description = "Take over from the other container of the pod when SIDECARSET_VERSION says so (OpenKruise); "
                    + "--socket-path must lie in a volume that both have.")
    private boolean sidecarPair;

    @Option(
            names = "--fd-store",
            description =
                    "Have systemd keep the listeners (FileDescriptorStoreMax=), for --inherit systemd after a crash.")
    private boolean fdStore;

    @Mixin
    private final GetsocksOption getsocks = new GetsocksOption();

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
        ConfigSource source = ConfigSource.one(config, envoyConfig, "--config-path", spec.commandLine());
        if (concurrency != null && (concurrency < 1 || concurrency > ServeSettings.MAX_CONCURRENCY)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--concurrency is %d, expected 1 to %d".formatted(concurrency, ServeSettings.MAX_CONCURRENCY));
        }
        // Before anything slow: an USR1 that nobody handles kills the JVM.
        Signals signals = exec.enabled() ? Signals.installAll(Posix.linux()) : Signals.install();
        if (exec.enabled() && inPlaceUpgrade) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--exec-upgrade and --in-place-upgrade both want SIGUSR2, expected one of them");
        }
        InPlace inPlace = InPlace.of(
                Posix.linux(),
                spec.root().commandLine().getParseResult().originalArgs(),
                System.getenv(),
                inPlaceUpgrade);
        try (Notifier notifier = Notifier.fromEnvironment(Posix.linux(), System.getenv())) {
            try {
                log.apply();
                ExecSettings execSettings = execSettings();
                boolean heir = inPlace.resumed() || execSettings.inheritance().isPresent();
                Inheritance inheritance = heir ? new Inheritance.None() : inheritance();
                BatonConfig loaded = source.parse(inPlace.config(source));
                HotRestartOptions options = options(loaded, execSettings);
                if (mode == Mode.VALIDATE) {
                    spec.commandLine().getOut().printf("configuration '%s' OK%n", source.file());
                    return ExitCode.DONE.code;
                }
                ServeSettings settings = new ServeSettings(
                        source,
                        loaded,
                        Inheriting.lineage(Posix.linux(), inheritance, paired(options)),
                        mode == Mode.INIT_ONLY,
                        Optional.ofNullable(adminAddressPath),
                        concurrency == null ? Runtime.getRuntime().availableProcessors() : concurrency,
                        getsocks.path(),
                        fdStore,
                        execSettings);
                try (Inheriting inheriting = Inheriting.begin(Posix.linux(), inheritance)) {
                    return new Serve(Posix.linux(), settings, notifier, inPlace, inheriting).run(signals).code;
                }
            } catch (CliException e) {
                inPlace.failed(String.valueOf(e.getMessage()));
                notifier.send(NotifyMessage.of(NotifyMessage.FAILURE, e.getMessage()));
                throw e;
            } catch (RuntimeException | Error e) { // whatever is wrong with this build, the one before served
                inPlace.failed(e.toString());
                throw e;
            }
        }
    }

    private ExecSettings execSettings() throws CliException {
        Optional<ExecEnvironment> inheritance =
                exec.enabled() ? ExecEnvironment.read(System.getenv()) : Optional.empty();
        List<String> arguments = spec.root().commandLine().getParseResult().originalArgs();
        return new ExecSettings(exec.enabled(), exec.manual(), exec.pidPath(), inheritance, arguments);
    }

    private HotRestartOptions paired(HotRestartOptions options) throws CliException {
        return sidecarPair ? SidecarPair.of(System.getenv()).join(Posix.linux(), options) : options;
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

    private HotRestartOptions options(BatonConfig loaded, ExecSettings execSettings) {
        try {
            HotRestartOptions options = flags.toOptions(loaded.handover());
            if (!execSettings.enabled()) {
                return options;
            }
            boolean named = spec.commandLine().getParseResult().hasMatchedOption("--base-id");
            return ServeFlags.ofExec(options, execSettings, named);
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
