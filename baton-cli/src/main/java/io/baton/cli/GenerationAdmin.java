package io.baton.cli;

import io.baton.HotRestart;
import io.baton.Stats;
import io.baton.admin.AdminException;
import io.baton.admin.AdminServer;
import io.baton.admin.LiveView;
import io.baton.admin.ServerControl;
import io.baton.admin.ServerInfo;
import io.baton.posix.SocketAddress;
import io.baton.proxy.Proxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The admin of this generation, if its config wants one. Thread-safe. */
final class GenerationAdmin implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GenerationAdmin.class);

    private final Optional<AdminServer> server;
    private final Optional<Path> addressPath;

    /** @param end shuts the process down */
    GenerationAdmin(
            ServeSettings settings, HotRestart hotRestart, Proxy proxy, Stats stats, Instant started, Runnable end) {
        ServerInfo.CommandLine commandLine = new ServerInfo.CommandLine(
                hotRestart.baseId(),
                settings.concurrency(),
                settings.source().file().toString(),
                settings.adminAddressPath().map(Path::toString).orElse(""),
                settings.hotRestart());
        this.addressPath = settings.adminAddressPath();
        this.server = settings.config().admin().map(config -> {
            LiveView view = new LiveView(BuildVersion.get(), started, commandLine, hotRestart, proxy, stats);
            return new AdminServer(
                    config.address(), view, new Control(hotRestart, proxy, end), SupervisorLink.of(System.getenv()));
        });
    }

    /** @throws CliException when the address cannot be had */
    void open() throws CliException {
        if (server.isEmpty()) {
            return;
        }
        try {
            server.get().open();
        } catch (AdminException e) {
            throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
        server.get().boundAddress().ifPresent(this::writeAddress);
    }

    /** As in Envoy, a server that cannot write it serves all the same. */
    private void writeAddress(SocketAddress.Inet bound) {
        if (addressPath.isPresent()) {
            try {
                Files.writeString(addressPath.get(), bound.host().getHostAddress() + ":" + bound.port());
            } catch (IOException e) {
                LOG.error("cannot write the admin's address to {}: {}", addressPath.get(), e.getMessage());
            }
        }
    }

    /** After {@link #close}, because our child failed. */
    void reopen() {
        server.ifPresent(AdminServer::reopen);
    }

    @Override
    public void close() {
        server.ifPresent(AdminServer::close);
    }

    private record Control(HotRestart hotRestart, Proxy proxy, Runnable end) implements ServerControl {
        /**
         * As in Envoy, the process stays. Gracefully or not, HTTP clients are asked to leave with their next response; those of
         * TCP cannot be asked.
         */
        @Override
        public void drainListeners(boolean graceful) {
            LOG.info("told by the admin to drain the listeners");
            proxy.stopAccepting();
            proxy.askClientsToLeave();
            hotRestart.listeners().closeAll();
        }

        @Override
        public void quit() {
            end.run();
        }
    }
}
