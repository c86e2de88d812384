package io.baton.cli;

import io.baton.HotRestartOptions;
import io.baton.InheritedSocket;
import io.baton.Listeners;
import io.baton.inherit.InheritException;
import io.baton.inherit.Inheritance;
import io.baton.inherit.Inherited;
import io.baton.posix.Posix;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A generation's sockets that came by another way than from its parent: taken, given to its listeners, and told of. What is not given on
 * is closed with this. For one thread.
 */
final class Inheriting implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Inheriting.class);

    /** What a line, or a number of lines, shows. */
    private static final int SHOWN = 20;

    private final Posix posix;
    private final Inheritance inheritance;
    private @Nullable Inherited inherited;
    private List<InheritedSocket> sockets = List.of();

    private Inheriting(Posix posix, Inheritance inheritance) {
        this.posix = posix;
        this.inheritance = inheritance;
    }

    /** The options of a process that is to be the child of a running Envoy; as they are for all others. */
    static HotRestartOptions lineage(Posix posix, Inheritance inheritance, HotRestartOptions options)
            throws CliException {
        if (!(inheritance instanceof Inheritance.Envoy envoy)) {
            return options;
        }
        if (!options.epoch().isFirst() || options.baseId().value() != 0 || options.dynamicBaseId()) {
            throw new CliException(
                    ExitCode.USAGE,
                    "--inherit envoy says base id and epoch, expected no --base-id, --use-dynamic-base-id or --restart-epoch");
        }
        try {
            var epoch = envoy.childEpoch(posix, options.socketPath());
            LOG.info("joins the Envoy of base id {} as epoch {}", envoy.baseId().value(), epoch);
            return options.with(values -> {
                values.baseId = envoy.baseId();
                values.epoch = epoch;
            });
        } catch (InheritException e) {
            throw failed(e);
        }
    }

    /** Takes what lies here under numbers; to be called before this process opens sockets of its own. */
    static Inheriting begin(Posix posix, Inheritance inheritance) throws CliException {
        Inheriting begun = new Inheriting(posix, inheritance);
        if (inheritance.isByNumber()) {
            begun.take();
        }
        return begun;
    }

    private void take() throws CliException {
        try {
            inherited = inheritance.take(posix);
        } catch (InheritException e) {
            throw failed(e);
        }
    }

    /** Gives {@code listeners} what there is, asking whoever has it. */
    void adopt(Listeners listeners) throws CliException {
        if (inherited == null) {
            take();
        }
        Inherited taken = inherited;
        if (taken != null) {
            sockets = taken.release();
            listeners.adopt(sockets);
            taken.skipped().stream().limit(SHOWN).forEach(line -> LOG.warn("{}", line));
            if (taken.skipped().size() > SHOWN) {
                LOG.warn("and {} more like this", taken.skipped().size() - SHOWN);
            }
        }
    }

    /** This process serves, and what no listener wanted is closed. */
    void ready() {
        if (!(inheritance instanceof Inheritance.None || inheritance instanceof Inheritance.Envoy)) {
            LOG.info(
                    "inherited {} sockets by {}: {}; used: {}; closed: {}",
                    sockets.size(),
                    inheritance.kind(),
                    list(sockets, true),
                    list(
                            sockets.stream()
                                    .filter(socket -> !socket.fd().isClosed())
                                    .toList(),
                            false),
                    list(
                            sockets.stream()
                                    .filter(socket -> socket.fd().isClosed())
                                    .toList(),
                            false));
        }
        try {
            if (inherited != null) {
                inherited.acknowledge();
            }
        } catch (InheritException e) {
            LOG.warn("{}", e.getMessage());
        }
        close();
    }

    private static String list(List<InheritedSocket> sockets, boolean withAddress) {
        List<String> shown = sockets.stream()
                .limit(SHOWN)
                .map(socket -> withAddress ? socket.toString() : socket.origin())
                .collect(Collectors.toCollection(ArrayList::new));
        if (sockets.size() > SHOWN) {
            shown.add("and %d more".formatted(sockets.size() - SHOWN));
        }
        return shown.isEmpty() ? "none" : String.join(", ", shown);
    }

    private static CliException failed(InheritException e) {
        return new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
    }

    @Override
    public void close() {
        if (inherited != null) {
            inherited.close();
        }
    }
}
