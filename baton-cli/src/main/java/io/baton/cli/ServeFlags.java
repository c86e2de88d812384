package io.baton.cli;

import io.baton.BaseId;
import io.baton.DrainStrategy;
import io.baton.HotRestartOptions;
import io.baton.MigrationOptions;
import io.baton.RestartEpoch;
import io.baton.proxy.HandoverConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * Envoy's hot restart flags, by Envoy's names and with Envoy's meaning: interop/envoy.md. What is given here overrides the config's
 * handover section.
 */
final class ServeFlags {
    @Option(
            names = "--restart-epoch",
            paramLabel = "N",
            converter = EpochConverter.class,
            defaultValue = "0",
            description =
                    "Which process of the lineage: 0 is the first, N takes over from N-1. Default ${DEFAULT-VALUE}.")
    private RestartEpoch epoch = RestartEpoch.FIRST;

    @Option(
            names = "--base-id",
            paramLabel = "ID",
            converter = BaseIdConverter.class,
            defaultValue = "0",
            description = "Names the lineage. Default ${DEFAULT-VALUE}.")
    private BaseId baseId = new BaseId(0);

    @Option(names = "--use-dynamic-base-id", description = "Choose a base id that nobody uses; with epoch 0 only.")
    private boolean dynamicBaseId;

    @Option(names = "--base-id-path", paramLabel = "FILE", description = "Write the base id there.")
    private @Nullable Path baseIdPath;

    @Option(
            names = "--socket-path",
            paramLabel = "PATH",
            defaultValue = "@envoy_domain_socket",
            description = "Start of the sockets' names; @ for the abstract namespace. Default ${DEFAULT-VALUE}.")
    private String socketPath = "";

    @Option(
            names = "--socket-mode",
            paramLabel = "MODE",
            converter = OctalConverter.class,
            defaultValue = "600",
            description = "Permissions of path sockets, octal. Default ${DEFAULT-VALUE}.")
    private int socketMode;

    @Option(names = "--disable-hot-restart", description = "Take part in no hot restart.")
    private boolean disabled;

    @Option(
            names = "--drain-time-s",
            paramLabel = "S",
            converter = SecondsConverter.class,
            description = "How long connections may take to end once a child serves.")
    private @Nullable Duration drainTime;

    @Option(
            names = "--drain-strategy",
            paramLabel = "STRATEGY",
            defaultValue = "gradual",
            converter = StrategyConverter.class,
            description = "gradual or immediate. Default ${DEFAULT-VALUE}.")
    private DrainStrategy drainStrategy = DrainStrategy.GRADUAL;

    @Option(
            names = "--parent-shutdown-time-s",
            paramLabel = "S",
            converter = SecondsConverter.class,
            description = "When to end the parent, counted from our own readiness.")
    private @Nullable Duration parentShutdownTime;

    @Option(
            names = "--skip-hot-restart-on-no-parent",
            description = "Start cold when the parent is gone, keeping the epoch.")
    private boolean skipOnNoParent;

    @Option(names = "--skip-hot-restart-parent-stats", description = "Do not merge the parent's stats.")
    private boolean skipParentStats;

    @Option(
            names = "--wait-out-drain-time",
            description = "Stay until the child says to end, as Envoy does, though no connection may be left.")
    private boolean waitOutDrainTime;

    @Option(
            names = "--parent-death-signal",
            description = "Shut down when the process that started this one ends, as Envoy does.")
    private boolean parentDeathSignal;

    @Option(
            names = "--no-migration",
            description = "Live connections do not move between processes: they drain, as with Envoy.")
    private boolean noMigration;

    boolean disabled() {
        return disabled;
    }

    RestartEpoch epoch() {
        return epoch;
    }

    /** @throws IllegalArgumentException when they contradict one another, in words for the user */
    HotRestartOptions toOptions(HandoverConfig config) {
        return HotRestartOptions.defaults().with(options -> {
            options.baseId = baseId;
            options.dynamicBaseId = dynamicBaseId;
            options.baseIdPath = Optional.ofNullable(baseIdPath);
            options.epoch = epoch;
            options.socketPath = socketPath;
            options.socketMode = socketMode;
            options.drainTime = drainTime == null ? config.drain() : drainTime;
            options.drainStrategy = drainStrategy;
            options.parentShutdownTime = parentShutdownTime == null ? config.parentShutdown() : parentShutdownTime;
            options.skipOnNoParent = skipOnNoParent;
            options.skipParentStats = skipParentStats;
            options.exitWhenDrained = !waitOutDrainTime;
            options.parentDeathSignal = parentDeathSignal;
            options.readyTimeout = config.readyTimeout();
            options.migration = MigrationOptions.defaults()
                    .withEnabled(!noMigration)
                    .withBatch(Math.min(config.batch(), MigrationOptions.MAX_BATCH))
                    .withRatePerSecond(config.rate());
            options.disabled = disabled;
        });
    }

    /**
     * Epochs and base ids are not for the operator to count: a process without parent chooses an id, its children are told theirs.
     *
     * @param named whether the user has chosen a base id
     * @throws IllegalArgumentException when they contradict one another, in words for the user
     */
    static HotRestartOptions ofExec(HotRestartOptions options, ExecSettings exec, boolean named) {
        if (!options.epoch().isFirst()) {
            throw new IllegalArgumentException("--exec-upgrade counts epochs itself: leave --restart-epoch out");
        }
        if (options.disabled()) {
            throw new IllegalArgumentException("--exec-upgrade and --disable-hot-restart contradict one another");
        }
        if (exec.manual() && !options.migration().enabled()) {
            throw new IllegalArgumentException(
                    "--exec-upgrade=manual moves connections forth and back: leave --no-migration out");
        }
        return options.with(values -> {
            values.dynamicBaseId |= !named;
            exec.inheritance().ifPresent(left -> {
                values.dynamicBaseId = false;
                values.baseId = left.baseId();
                values.epoch = left.epoch();
                values.skipOnNoParent = true; // it may have been killed since, and we have its listeners
            });
        });
    }

    /** Whole numbers in a range. */
    private static long number(String text, int radix, long max, String expected) {
        try {
            long value = Long.parseLong(text, radix);
            if (value >= 0 && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, with the range.
        }
        throw new TypeConversionException("'%s', expected %s".formatted(text, expected));
    }

    static final class EpochConverter implements ITypeConverter<RestartEpoch> {
        @Override
        public RestartEpoch convert(String text) {
            return new RestartEpoch((int) number(text, 10, Integer.MAX_VALUE, "a number from 0"));
        }
    }

    static final class BaseIdConverter implements ITypeConverter<BaseId> {
        static final long MAX = 429_496_729;

        @Override
        public BaseId convert(String text) {
            return new BaseId(number(text, 10, MAX, "a number from 0 to " + MAX));
        }
    }

    static final class OctalConverter implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) number(text, 8, 0777, "an octal number from 0 to 777");
        }
    }

    static final class SecondsConverter implements ITypeConverter<Duration> {
        private static final long MAX = 7 * 24 * 3600;

        @Override
        public Duration convert(String text) {
            return Duration.ofSeconds(number(text, 10, MAX, "seconds from 0 to " + MAX));
        }
    }

    static final class StrategyConverter implements ITypeConverter<DrainStrategy> {
        @Override
        public DrainStrategy convert(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "gradual" -> DrainStrategy.GRADUAL;
                case "immediate" -> DrainStrategy.IMMEDIATE;
                default -> throw new TypeConversionException("'%s', expected gradual or immediate".formatted(text));
            };
        }
    }
}
