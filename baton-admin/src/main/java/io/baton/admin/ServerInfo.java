package io.baton.admin;

import io.baton.BaseId;
import io.baton.HotRestartOptions;
import java.time.Duration;

/**
 * What {@code /server_info} tells.
 *
 * @param version of this build
 * @param hotRestartVersion processes that say the same can restart one another
 * @param uptimeCurrentEpoch since this process started
 * @param uptimeAllEpochs since the first process of the lineage started
 * @param commandLine what this process was started with
 */
public record ServerInfo(
        String version,
        String hotRestartVersion,
        Duration uptimeCurrentEpoch,
        Duration uptimeAllEpochs,
        CommandLine commandLine) {

    /**
     * The options that Envoy shows and Baton has.
     *
     * @param baseId in use: the chosen one when it was dynamic
     * @param configPath empty without a config file
     * @param adminAddressPath empty when not asked for
     */
    public record CommandLine(
            BaseId baseId, int concurrency, String configPath, String adminAddressPath, HotRestartOptions hotRestart) {}
}
