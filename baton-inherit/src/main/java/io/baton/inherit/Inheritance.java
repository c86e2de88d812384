package io.baton.inherit;

import static java.util.Objects.requireNonNull;

import io.baton.BaseId;
import io.baton.HotRestartException;
import io.baton.NextEpoch;
import io.baton.PathPolicy;
import io.baton.RestartEpoch;
import io.baton.posix.Posix;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A way by which listening sockets come to this process besides a parent of our own. What stands in the records is what was found or
 * asked for, not yet looked at: {@link #take} does that.
 */
public sealed interface Inheritance {
    /** More sockets than anybody listens on; what announces more is refused whole. */
    int MAX_SOCKETS = 4096;

    /** Nothing is inherited. */
    record None() implements Inheritance {}

    /**
     * We were started by an nginx, or by what hands its sockets on as nginx does.
     *
     * @param list {@code 6;7;}
     */
    record Nginx(String list) implements Inheritance {}

    /**
     * Socket activation; sd_listen_fds(3). That the sockets are for this process is known.
     *
     * @param count LISTEN_FDS
     * @param names LISTEN_FDNAMES, {@code http:https}
     */
    record Systemd(String count, Optional<String> names) implements Inheritance {}

    /** {@code SERVER_STARTER_PORT}: {@code 127.0.0.1:80=4;/run/app.sock=5}. */
    record ServerStarter(String ports) implements Inheritance {}

    /**
     * Stripe's Einhorn.
     *
     * @param count EINHORN_FD_COUNT
     * @param numbers EINHORN_FD_0 and those after it, as far as they are set
     * @param socket where it waits for a worker to say that it is ready
     */
    record Einhorn(String count, List<String> numbers, Optional<Path> socket) implements Inheritance {
        public Einhorn {
            numbers = List.copyOf(numbers);
        }
    }

    /**
     * unicorn's way, and gunicorn's.
     *
     * @param variable UNICORN_FD or GUNICORN_FD
     * @param list {@code 3,4}
     */
    record Unicorn(String variable, String list) implements Inheritance {}

    /** A running HAProxy, asked through a stats socket that has {@code expose-fd listeners}. */
    record Haproxy(Path socket) implements Inheritance {}

    /**
     * A running Envoy, whose child we become by the hot restart that Baton always speaks: there is nothing to {@link #take}, but the base
     * id and the epoch to start with.
     *
     * @param parent the epoch of the Envoy; empty to find it out
     */
    record Envoy(BaseId baseId, Optional<RestartEpoch> parent) implements Inheritance {

        /**
         * The {@code --restart-epoch} with which this process is Envoy's child.
         *
         * @param socketPath Envoy's {@code --socket-path}
         * @throws InheritException when there is no such Envoy
         */
        public RestartEpoch childEpoch(Posix posix, String socketPath) throws InheritException {
            try {
                return parent.isPresent() ? parent.get().next() : NextEpoch.after(posix, socketPath, baseId);
            } catch (HotRestartException e) {
                throw new InheritException(String.valueOf(e.getMessage()), e);
            }
        }
    }

    /** A running MOSN, by the sockets in the directory of its config. */
    record Mosn(Path directory) implements Inheritance {}

    /** For people, and the word that {@code --inherit} has for it. */
    default String kind() {
        return switch (this) {
            case None none -> "none";
            case Nginx nginx -> "nginx";
            case Systemd systemd -> "systemd";
            case ServerStarter starter -> "server-starter";
            case Einhorn einhorn -> "einhorn";
            case Unicorn unicorn -> unicorn.variable().equals(Variables.GUNICORN_FD) ? "gunicorn" : "unicorn";
            case Haproxy haproxy -> "haproxy";
            case Envoy envoy -> "envoy";
            case Mosn mosn -> "mosn";
        };
    }

    /**
     * True when the sockets lie here already, under numbers that the environment tells. Those are to be taken before this process opens
     * any socket of its own: a number that was promised, and was closed, would be the next one's.
     */
    default boolean isByNumber() {
        return switch (this) {
            case Nginx nginx -> true;
            case Systemd systemd -> true;
            case ServerStarter starter -> true;
            case Einhorn einhorn -> true;
            case Unicorn unicorn -> true;
            case None none -> false;
            case Haproxy haproxy -> false;
            case Envoy envoy -> false;
            case Mosn mosn -> false;
        };
    }

    /**
     * Takes the sockets. Those that lie here under a number can be taken once only; another process is asked, and waited for no longer
     * than 15 s. What is named but is no listening socket is left as it is when it may be something of this process's own, closed when
     * another process sent it, and told by {@link Inherited#skipped}.
     *
     * @return to be closed, whatever becomes of it
     * @throws InheritException when it cannot be told what there is to inherit, or whoever has it does not give it as expected; nothing
     *     is open then that was not before
     */
    default Inherited take(Posix posix) throws InheritException {
        requireNonNull(posix, "posix is null");
        return switch (this) {
            case None none -> Inherited.nothing();
            case Nginx(String list) -> NumberedSockets.take(posix, NumberLists.nginx(list), PathPolicy.LIKE_NGINX);
            case Systemd(String count, Optional<String> names) ->
                NumberedSockets.take(posix, NumberLists.systemd(count, names), PathPolicy.LEFT_ALONE);
            case ServerStarter(String ports) ->
                NumberedSockets.take(posix, NumberLists.serverStarter(ports), PathPolicy.LEFT_ALONE);
            case Einhorn(String count, List<String> numbers, Optional<Path> socket) ->
                NumberedSockets.take(posix, NumberLists.einhorn(count, numbers), PathPolicy.LEFT_ALONE)
                        .acknowledgedBy(new Acknowledgement.Einhorn(posix, socket));
            case Unicorn(String variable, String list) ->
                NumberedSockets.take(posix, NumberLists.unicorn(variable, list), PathPolicy.LEFT_ALONE);
            case Haproxy(Path socket) -> HaproxyClient.ask(posix, socket, HaproxyClient.PATIENCE);
            case Envoy envoy -> Inherited.nothing();
            case Mosn(Path directory) -> MosnClient.ask(posix, directory, MosnClient.PATIENCE);
        };
    }
}
