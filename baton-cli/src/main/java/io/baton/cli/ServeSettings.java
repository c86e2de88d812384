package io.baton.cli;

import io.baton.HotRestartOptions;
import io.baton.proxy.BatonConfig;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What one generation is to be.
 *
 * @param initOnly get ready, then exit without taking over
 * @param adminAddressPath a file that gets the admin's bound address
 * @param concurrency event loops
 * @param getsocksPath where HAProxy, or {@code baton hand-over}, gets the listeners
 * @param fdStore the service manager keeps duplicates of the listeners
 * @param exec how it is upgraded without a supervisor
 */
record ServeSettings(
        ConfigSource source,
        BatonConfig config,
        HotRestartOptions hotRestart,
        boolean initOnly,
        Optional<Path> adminAddressPath,
        int concurrency,
        Optional<Path> getsocksPath,
        boolean fdStore,
        ExecSettings exec) {
    static final int MAX_CONCURRENCY = 1024;
}
