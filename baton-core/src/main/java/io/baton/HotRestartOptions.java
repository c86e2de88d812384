package io.baton;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How this process takes part in a hot restart. Envoy's flags of the same names, plus what Envoy fixes.
 *
 * @param baseId names the lineage; ignored with {@code dynamicBaseId}
 * @param dynamicBaseId choose a random base id that nobody uses; for epoch 0 only
 * @param baseIdPath a file that gets the unscaled base id
 * @param epoch which process of the lineage this is
 * @param socketPath start of the names of the four sockets; {@code @} in front means Linux's abstract namespace, where names have no
 *     permissions
 * @param socketMode permissions of path sockets; no effect on abstract ones
 * @param drainTime how long clients are asked to leave before this process, as a parent, counts as drained
 * @param drainStrategy how they are asked
 * @param parentShutdownTime from {@link HotRestart#ready} until the parent is told to terminate
 * @param skipOnNoParent probe the parent once and start cold when it is gone, keeping the epoch
 * @param skipParentStats never ask the parent for its stats
 * @param exitWhenDrained as a child: end the parent as soon as it says that its last connection has left (needs its stats); as a
 *     parent whose child is gone: end when the last connection has left. False waits for the timers, as Envoy does
 * @param parentDeathSignal get SIGTERM when the process that started this one ends (Envoy always does)
 * @param reusePortDefault what the child is told about the parent's default for {@code reuse_port}
 * @param statsInterval time between two Stats requests to a draining parent; Envoy's is 5 s
 * @param readyTimeout as a parent: how long a child may take from ShutdownAdmin to DrainListeners before it is given up on
 * @param replyTimeout as a child: how long one answer of the parent may take
 * @param sendRetryInterval pause before a request is sent again to a parent that has its socket not bound yet (ECONNREFUSED)
 * @param sendAttempts how often a request is sent in all
 * @param migration how connections move; only between two Batons
 * @param disabled take no part: nothing is shared, nothing handed over
 */
public record HotRestartOptions(
        BaseId baseId,
        boolean dynamicBaseId,
        Optional<Path> baseIdPath,
        RestartEpoch epoch,
        String socketPath,
        int socketMode,
        Duration drainTime,
        DrainStrategy drainStrategy,
        Duration parentShutdownTime,
        boolean skipOnNoParent,
        boolean skipParentStats,
        boolean exitWhenDrained,
        boolean parentDeathSignal,
        boolean reusePortDefault,
        Duration statsInterval,
        Duration readyTimeout,
        Duration replyTimeout,
        Duration sendRetryInterval,
        int sendAttempts,
        MigrationOptions migration,
        boolean disabled) {

    /** sun_path has 108 bytes; the longest suffix is {@code _udp_parent_4294967292} and a NUL. */
    private static final int MAX_SOCKET_PATH_BYTES = 85;

    public HotRestartOptions {
        requireNonNull(baseId, "baseId is null");
        requireNonNull(baseIdPath, "baseIdPath is null");
        requireNonNull(epoch, "epoch is null");
        requireNonNull(drainStrategy, "drainStrategy is null");
        requireNonNull(migration, "migration is null");
        if (dynamicBaseId && !epoch.isFirst()) {
            throw new IllegalArgumentException(
                    "cannot use --restart-epoch=%s with --use-dynamic-base-id".formatted(epoch));
        }
        if (socketPath.isEmpty()
                || socketPath.equals("@")
                || socketPath.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > MAX_SOCKET_PATH_BYTES) {
            throw new IllegalArgumentException("socket path is '%s', expected 1 to %d bytes, or '@' and a name"
                    .formatted(socketPath, MAX_SOCKET_PATH_BYTES));
        }
        if (socketMode < 0 || socketMode > 0777) {
            throw new IllegalArgumentException(
                    "socket mode is %o, expected an octal number from 0 to 777".formatted(socketMode));
        }
        if (sendAttempts < 1 || sendAttempts > 1000) {
            throw new IllegalArgumentException("send attempts is %d, expected 1 to 1000".formatted(sendAttempts));
        }
        requireNotNegative("drain time", drainTime);
        requireNotNegative("parent shutdown time", parentShutdownTime);
        requirePositive("stats interval", statsInterval);
        requirePositive("ready timeout", readyTimeout);
        requirePositive("reply timeout", replyTimeout);
        requireNotNegative("send retry interval", sendRetryInterval);
    }

    /** Envoy's defaults, except that this process exits when drained and outlives its launcher. */
    public static HotRestartOptions defaults() {
        return new HotRestartOptions(
                new BaseId(0),
                false,
                Optional.empty(),
                RestartEpoch.FIRST,
                "@envoy_domain_socket",
                0600,
                Duration.ofSeconds(600),
                DrainStrategy.GRADUAL,
                Duration.ofSeconds(900),
                false,
                false,
                true,
                false,
                true,
                Duration.ofMillis(500),
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Duration.ofSeconds(1),
                10,
                MigrationOptions.defaults(),
                false);
    }

    /**
     * A copy with some values changed: {@code options.with(o -> o.epoch = new RestartEpoch(3))}. Stands in for the language's own
     * derived record creation (JEP 468).
     */
    public HotRestartOptions with(Consumer<Values> change) {
        Values values = new Values(this);
        change.accept(values);
        return values.toOptions();
    }

    private static void requireNotNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException("%s is %s, expected 0 or more".formatted(name, value));
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException("%s is %s, expected more than 0".formatted(name, value));
        }
    }

    /** The same values, open to change inside {@link #with}; of no use elsewhere. */
    public static final class Values {
        public BaseId baseId;
        public boolean dynamicBaseId;
        public Optional<Path> baseIdPath;
        public RestartEpoch epoch;
        public String socketPath;
        public int socketMode;
        public Duration drainTime;
        public DrainStrategy drainStrategy;
        public Duration parentShutdownTime;
        public boolean skipOnNoParent;
        public boolean skipParentStats;
        public boolean exitWhenDrained;
        public boolean parentDeathSignal;
        public boolean reusePortDefault;
        public Duration statsInterval;
        public Duration readyTimeout;
        public Duration replyTimeout;
        public Duration sendRetryInterval;
        public int sendAttempts;
        public MigrationOptions migration;
        public boolean disabled;

        private Values(HotRestartOptions options) {
            baseId = options.baseId;
            dynamicBaseId = options.dynamicBaseId;
            baseIdPath = options.baseIdPath;
            epoch = options.epoch;
            socketPath = options.socketPath;
            socketMode = options.socketMode;
            drainTime = options.drainTime;
            drainStrategy = options.drainStrategy;
            parentShutdownTime = options.parentShutdownTime;
            skipOnNoParent = options.skipOnNoParent;
            skipParentStats = options.skipParentStats;
            exitWhenDrained = options.exitWhenDrained;
            parentDeathSignal = options.parentDeathSignal;
            reusePortDefault = options.reusePortDefault;
            statsInterval = options.statsInterval;
            readyTimeout = options.readyTimeout;
            replyTimeout = options.replyTimeout;
            sendRetryInterval = options.sendRetryInterval;
            sendAttempts = options.sendAttempts;
            migration = options.migration;
            disabled = options.disabled;
        }

        private HotRestartOptions toOptions() {
            return new HotRestartOptions(
                    baseId,
                    dynamicBaseId,
                    baseIdPath,
                    epoch,
                    socketPath,
                    socketMode,
                    drainTime,
                    drainStrategy,
                    parentShutdownTime,
                    skipOnNoParent,
                    skipParentStats,
                    exitWhenDrained,
                    parentDeathSignal,
                    reusePortDefault,
                    statsInterval,
                    readyTimeout,
                    replyTimeout,
                    sendRetryInterval,
                    sendAttempts,
                    migration,
                    disabled);
        }
    }
}
