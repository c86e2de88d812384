package io.baton.inherit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.baton.BaseId;
import io.baton.RestartEpoch;
import io.baton.posix.ProcessCalls;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which {@link Inheritance} it is: by what the user says, or by the environment alone. */
public final class Inheritances {
    /** What {@code --inherit} takes. */
    public static final String EXPECTED =
            "auto, nginx, systemd, server-starter, einhorn, unicorn, gunicorn, haproxy:SOCKET, envoy:BASE_ID[/EPOCH], mosn:DIR or none";

    private static final Logger LOG = LoggerFactory.getLogger(Inheritances.class);

    /** sun_path without its NUL; unix(7). */
    private static final int MAX_PATH_BYTES = 107;

    /** What MOSN's directory gets appended. */
    private static final String LONGEST_MOSN_NAME = "/reconfig.sock";

    private Inheritances() {}

    /**
     * What {@code --inherit} means here.
     *
     * @param text what the user gave to {@code --inherit}
     * @param environment of this process
     * @throws IllegalArgumentException when {@code text} is none of {@link #EXPECTED}, in words for the user
     * @throws InheritException when the environment does not have what {@code text} names
     */
    public static Inheritance of(String text, Map<String, String> environment, ProcessCalls processes)
            throws InheritException {
        Environment variables = new Environment(environment, processes);
        int colon = text.indexOf(':');
        if (colon >= 0) {
            return asked(text, text.substring(0, colon), text.substring(colon + 1));
        }
        return switch (text) {
            case "auto" -> detected(variables);
            case "none" -> new Inheritance.None();
            case "nginx" -> required(variables.nginx(), Optional.empty(), Variables.NGINX);
            case "systemd" -> required(variables.systemd(), variables.systemdObjection(), Variables.LISTEN_FDS);
            case "server-starter" ->
                required(variables.serverStarter(), Optional.empty(), Variables.SERVER_STARTER_PORT);
            case "einhorn" -> required(variables.einhorn(), variables.einhornObjection(), Variables.EINHORN_FD_COUNT);
            case "unicorn" -> required(variables.unicorn(Variables.UNICORN_FD), Optional.empty(), Variables.UNICORN_FD);
            case "gunicorn" ->
                required(variables.unicorn(Variables.GUNICORN_FD), Optional.empty(), Variables.GUNICORN_FD);
            default -> throw bad(text);
        };
    }

    private static Inheritance detected(Environment variables) {
        List<Inheritance> all = variables.all();
        variables.objections().forEach(objection -> LOG.info("nothing is inherited by it: {}", objection));
        if (all.isEmpty()) {
            return new Inheritance.None();
        }
        for (Inheritance other : all.subList(1, all.size())) {
            LOG.warn(
                    "the environment has sockets by {} as well as by {}: those by {} are not taken",
                    other.kind(),
                    all.getFirst().kind(),
                    other.kind());
        }
        return all.getFirst();
    }

    private static Inheritance required(Optional<Inheritance> found, Optional<String> objection, String variable)
            throws InheritException {
        if (objection.isPresent()) {
            throw new InheritException(objection.get());
        }
        return found.orElseThrow(
                () -> new InheritException("%s is not set, expected it to tell of sockets".formatted(variable)));
    }

    private static Inheritance asked(String text, String word, String of) {
        return switch (word) {
            case "haproxy" -> new Inheritance.Haproxy(path(text, of, MAX_PATH_BYTES));
            case "mosn" -> new Inheritance.Mosn(path(text, of, MAX_PATH_BYTES - LONGEST_MOSN_NAME.length()));
            case "envoy" -> envoy(text, of);
            default -> throw bad(text);
        };
    }

    private static Inheritance envoy(String text, String of) {
        int slash = of.indexOf('/');
        String baseId = slash < 0 ? of : of.substring(0, slash);
        try {
            return new Inheritance.Envoy(
                    new BaseId(Integer.parseUnsignedInt(baseId)),
                    slash < 0
                            ? Optional.empty()
                            : Optional.of(new RestartEpoch(Integer.parseInt(of.substring(slash + 1)))));
        } catch (IllegalArgumentException e) { // NumberFormatException is one
            throw new IllegalArgumentException(
                    "'%s', expected envoy:BASE_ID or envoy:BASE_ID/EPOCH of the Envoy that runs".formatted(text), e);
        }
    }

    private static Path path(String text, String path, int maxBytes) {
        int bytes = path.getBytes(UTF_8).length;
        try {
            if (bytes > 0 && bytes <= maxBytes && path.indexOf('\0') < 0) {
                return Path.of(path);
            }
        } catch (InvalidPathException e) {
            // Said below, with what is expected.
        }
        throw new IllegalArgumentException("'%s', expected a path of 1 to %d bytes".formatted(text, maxBytes));
    }

    private static IllegalArgumentException bad(String text) {
        return new IllegalArgumentException("'%s', expected %s".formatted(text, EXPECTED));
    }
}
