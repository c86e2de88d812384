package io.baton.cli;

import io.baton.BaseId;
import io.baton.HotRestartException;
import io.baton.InheritedSocket;
import io.baton.ListenerSocket;
import io.baton.PathPolicy;
import io.baton.RestartEpoch;
import io.baton.posix.Fd;
import io.baton.posix.PeerCredentials;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a process leaves to the one that it starts itself, in two environment variables: {@code BATON_LISTENERS=3=tcp://127.0.0.1:80;} and
 * {@code BATON_CHANNEL=fd=4;parent=4711;epoch=1;base_id=42;steps=auto;}. docs/protocol.md has the format.
 *
 * @param listeners number of an fd, and where the socket there is bound
 * @param channel number of this process's end of the handover channel
 * @param parent pid of the process that made the channel
 * @param manual whether the parent's operator leads each step
 */
record ExecEnvironment(
        Map<Integer, String> listeners, int channel, long parent, RestartEpoch epoch, BaseId baseId, boolean manual) {
    static final String LISTENERS = "BATON_LISTENERS";
    static final String CHANNEL = "BATON_CHANNEL";

    /** More than a config has listeners times workers; RLIMIT_NOFILE may be higher. */
    private static final int MAX_LISTENERS = 10_000;

    private static final int MAX_CHARACTERS = 1 << 20;
    private static final int LOWEST_FD = 3;
    private static final String EXAMPLE = "fd=4;parent=4711;epoch=1;base_id=42;steps=auto;";

    ExecEnvironment {
        listeners = Map.copyOf(listeners);
    }

    /**
     * Empty when there is neither variable.
     *
     * @throws CliException when they are not as they should be, in words for the user
     */
    static Optional<ExecEnvironment> read(Map<String, String> environment) throws CliException {
        String sockets = environment.get(LISTENERS);
        String channel = environment.get(CHANNEL);
        if (sockets == null && channel == null) {
            return Optional.empty();
        }
        if (sockets == null || channel == null) {
            throw new CliException(
                    ExitCode.FAILED,
                    "%s is set and %s is not, expected both or none"
                            .formatted(sockets == null ? CHANNEL : LISTENERS, sockets == null ? LISTENERS : CHANNEL));
        }
        Map<Integer, String> listeners = listeners(sockets);
        Map<String, String> values = channel(channel);
        int fd = (int) number(values, "fd", LOWEST_FD, Integer.MAX_VALUE);
        if (listeners.containsKey(fd)) {
            throw wrong(CHANNEL, "fd=" + fd, "a number that is not a listener's in " + LISTENERS);
        }
        String steps = values.getOrDefault("steps", "");
        if (!steps.equals("auto") && !steps.equals("manual")) {
            throw wrong(CHANNEL, "steps=" + steps, "auto or manual");
        }
        return Optional.of(new ExecEnvironment(
                listeners,
                fd,
                number(values, "parent", 1, Integer.MAX_VALUE),
                new RestartEpoch((int) number(values, "epoch", 1, Integer.MAX_VALUE)),
                new BaseId(number(values, "base_id", 0, ServeFlags.BaseIdConverter.MAX)),
                steps.equals("manual")));
    }

    private static Map<Integer, String> listeners(String text) throws CliException {
        Map<Integer, String> found = new LinkedHashMap<>();
        for (String entry : entries(LISTENERS, text)) {
            int equals = entry.indexOf('=');
            String number = equals < 0 ? entry : entry.substring(0, equals);
            if (equals < 0 || !number.matches("\\d{1,9}") || Integer.parseInt(number) < LOWEST_FD) {
                throw wrong(LISTENERS, entry, "FD=ADDRESS, such as 3=tcp://127.0.0.1:80");
            }
            if (found.put(Integer.parseInt(number), entry.substring(equals + 1)) != null) {
                throw wrong(LISTENERS, entry, "each fd once");
            }
        }
        return found;
    }

    private static Map<String, String> channel(String text) throws CliException {
        Map<String, String> found = new LinkedHashMap<>();
        for (String entry : entries(CHANNEL, text)) {
            int equals = entry.indexOf('=');
            if (equals < 1 || found.put(entry.substring(0, equals), entry.substring(equals + 1)) != null) {
                throw wrong(CHANNEL, entry, "NAME=VALUE, each name once, as in " + EXAMPLE);
            }
        }
        return found;
    }

    /** Every entry is terminated, so that one that was cut off is noticed. */
    private static List<String> entries(String variable, String text) throws CliException {
        if (text.isEmpty()) {
            return List.of();
        }
        if (!text.endsWith(";") || text.length() > MAX_CHARACTERS) {
            throw wrong(
                    variable,
                    text.substring(Math.max(0, text.length() - 40)),
                    "entries that end in ';', at most %d characters".formatted(MAX_CHARACTERS));
        }
        String[] entries = text.substring(0, text.length() - 1).split(";", -1);
        if (entries.length > MAX_LISTENERS) {
            throw wrong(variable, entries.length + " entries", "at most " + MAX_LISTENERS);
        }
        return List.of(entries);
    }

    private static long number(Map<String, String> values, String name, long least, long most) throws CliException {
        String text = values.getOrDefault(name, "");
        if (text.matches("\\d{1,10}")) {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        }
        throw wrong(CHANNEL, name + "=" + text, "%s from %d to %d".formatted(name, least, most));
    }

    private static CliException wrong(String variable, String found, String expected) {
        return new CliException(ExitCode.FAILED, "%s has '%s', expected %s".formatted(variable, found, expected));
    }

    /**
     * The sockets. All of them are owned by the caller, or none is.
     *
     * @throws CliException when one is not what the variable says
     */
    List<InheritedSocket> sockets(Posix posix) throws CliException {
        List<InheritedSocket> sockets = new ArrayList<>();
        List<Integer> numbers = listeners.keySet().stream().sorted().toList(); // workers' sockets in their order
        for (int number : numbers) {
            String origin = "%s=%d".formatted(LISTENERS, number);
            Fd fd = owned(posix, number, origin);
            try {
                InheritedSocket socket = InheritedSocket.of(posix, fd, origin).with(PathPolicy.OURS);
                if (!escaped(socket.url()).equals(listeners.get(number))) {
                    throw new CliException(
                            ExitCode.FAILED,
                            "%s is said to be %s and is bound to %s"
                                    .formatted(origin, listeners.get(number), socket.url()));
                }
                sockets.add(socket);
            } catch (HotRestartException e) {
                throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
            }
        }
        return sockets;
    }

    /**
     * Our end of the channel, owned by the caller.
     *
     * @throws CliException when it is none that the parent has made
     */
    Fd channelEnd(Posix posix) throws CliException {
        String origin = "%s=fd=%d".formatted(CHANNEL, channel);
        Fd fd = owned(posix, channel, origin);
        try {
            PeerCredentials maker = posix.peerCredentials(fd);
            if (maker.pid() == parent) {
                return fd;
            }
            throw new CliException(
                    ExitCode.FAILED,
                    "%s was made by process %d, expected %d, which has started this one"
                            .formatted(origin, maker.pid(), parent));
        } catch (PosixException e) {
            throw new CliException(
                    ExitCode.FAILED, "%s is no handover channel: %s".formatted(origin, e.getMessage()), e);
        }
    }

    private static Fd owned(Posix posix, int number, String origin) throws CliException {
        if (!posix.isOpen(number)) {
            throw new CliException(
                    ExitCode.FAILED, "%s is not open, expected a socket of the process before".formatted(origin));
        }
        Fd fd = Fd.own(number);
        posix.setCloseOnExec(fd, true);
        return fd;
    }

    /** What a process that leaves these has to put into the environment of its child; the channel is the fd after them. */
    static Map<String, String> of(
            List<ListenerSocket> sockets, long parent, RestartEpoch epoch, BaseId baseId, boolean manual) {
        StringBuilder listeners = new StringBuilder();
        int number = LOWEST_FD;
        for (ListenerSocket socket : sockets) {
            listeners.append(number++).append('=').append(escaped(socket.url())).append(';');
        }
        String channel = "fd=%d;parent=%d;epoch=%s;base_id=%d;steps=%s;"
                .formatted(number, parent, epoch, baseId.value(), manual ? "manual" : "auto");
        return Map.of(LISTENERS, listeners.toString(), CHANNEL, channel);
    }

    /** A path may have any character. */
    private static String escaped(String url) {
        return url.replace("%", "%25").replace(";", "%3B");
    }

    /** What means nothing to a process that is not this one's child. */
    static void removeFrom(Map<String, String> environment) {
        environment.remove(LISTENERS);
        environment.remove(CHANNEL);
    }
}
