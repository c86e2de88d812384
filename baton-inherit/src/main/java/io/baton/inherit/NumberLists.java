package io.baton.inherit;

import io.baton.inherit.NumberedSockets.Named;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** How each of those who hand sockets on by number writes the list. */
final class NumberLists {
    /** The first number after standard input, output and error; systemd's sockets begin there. */
    static final int FIRST = 3;

    /** A longer number is above any limit of open files. */
    private static final int MAX_DIGITS = 9;

    /** A bad token is shown so far. */
    private static final int SHOWN = 40;

    private NumberLists() {}

    /** {@code 6;7;}: a semicolon or colon ends each number, the last one too. What comes after a bad one is dropped, as nginx does. */
    static NumberedSockets nginx(String list) throws InheritException {
        List<Named> named = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < list.length(); i++) {
            if (list.charAt(i) == ';' || list.charAt(i) == ':') {
                OptionalInt number = number(list, start, i);
                if (number.isEmpty()) {
                    skipped.add(
                            "NGINX has \"%s\" at index %d, expected the number of an fd; it and all after it are ignored"
                                    .formatted(shown(list.substring(start, i)), start));
                    return new NumberedSockets(named, skipped);
                }
                add(named, number.getAsInt(), "NGINX=" + number.getAsInt());
                start = i + 1;
            }
        }
        if (start < list.length()) {
            skipped.add("NGINX ends in \"%s\", expected a semicolon after each number; it is ignored"
                    .formatted(shown(list.substring(start))));
        }
        return new NumberedSockets(named, skipped);
    }

    /** So many from 3, with a name for each or none at all; sd_listen_fds_with_names(3). */
    static NumberedSockets systemd(String count, Optional<String> names) throws InheritException {
        int sockets = count("LISTEN_FDS", count);
        List<String> named = names.map(text -> List.of(text.split(":", -1))).orElse(List.of());
        List<String> skipped = new ArrayList<>();
        if (names.isPresent() && named.size() != sockets) {
            skipped.add(
                    "LISTEN_FDNAMES has %d names for %d sockets; they are ignored".formatted(named.size(), sockets));
            named = List.of();
        }
        List<Named> numbers = new ArrayList<>(sockets);
        for (int i = 0; i < sockets; i++) {
            String origin = "LISTEN_FDS " + (FIRST + i);
            numbers.add(new Named(
                    FIRST + i, named.isEmpty() ? origin : "%s (%s)".formatted(origin, shown(named.get(i)))));
        }
        return new NumberedSockets(numbers, skipped);
    }

    /** {@code 127.0.0.1:80=4;8080=5;/run/app.sock=6}. The addresses are for people: what a socket is bound to, the kernel tells. */
    static NumberedSockets serverStarter(String ports) throws InheritException {
        List<Named> named = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        for (String token : tokens(ports, ";")) {
            int equals = token.lastIndexOf('=');
            OptionalInt number = number(token, equals + 1, token.length());
            if (equals < 1 || number.isEmpty()) {
                skipped.add(
                        "SERVER_STARTER_PORT has \"%s\", expected address=fd; it is ignored".formatted(shown(token)));
            } else {
                add(
                        named,
                        number.getAsInt(),
                        "SERVER_STARTER_PORT %s=%d".formatted(shown(token.substring(0, equals)), number.getAsInt()));
            }
        }
        return new NumberedSockets(named, skipped);
    }

    /** A variable for each. */
    static NumberedSockets einhorn(String count, List<String> numbers) throws InheritException {
        int sockets = count(Variables.EINHORN_FD_COUNT, count);
        if (numbers.size() < sockets) {
            throw new InheritException("%s is %d, but %s%d is not set"
                    .formatted(Variables.EINHORN_FD_COUNT, sockets, Variables.EINHORN_FD, numbers.size()));
        }
        List<Named> named = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        for (int i = 0; i < sockets; i++) {
            String text = numbers.get(i);
            String origin = "%s%d=%s".formatted(Variables.EINHORN_FD, i, shown(text));
            number(text, 0, text.length())
                    .ifPresentOrElse(
                            number -> named.add(new Named(number, origin)),
                            () -> skipped.add(origin + ", expected the number of an fd; it is ignored"));
        }
        return new NumberedSockets(named, skipped);
    }

    /** {@code 3,4}. */
    static NumberedSockets unicorn(String variable, String list) throws InheritException {
        List<Named> named = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        for (String token : tokens(list, ",")) {
            OptionalInt number = number(token, 0, token.length());
            if (number.isEmpty()) {
                skipped.add(
                        "%s has \"%s\", expected the number of an fd; it is ignored".formatted(variable, shown(token)));
            } else {
                add(named, number.getAsInt(), "%s=%d".formatted(variable, number.getAsInt()));
            }
        }
        return new NumberedSockets(named, skipped);
    }

    private static List<String> tokens(String list, String separator) {
        return list.isEmpty() ? List.of() : List.of(list.split(separator, -1));
    }

    private static void add(List<Named> named, int number, String origin) throws InheritException {
        if (named.size() == Inheritance.MAX_SOCKETS) {
            throw new InheritException(
                    "%s is one socket too many, expected at most %d".formatted(origin, Inheritance.MAX_SOCKETS));
        }
        named.add(new Named(number, origin));
    }

    private static int count(String variable, String text) throws InheritException {
        OptionalInt count = number(text, 0, text.length());
        if (count.isEmpty() || count.getAsInt() > Inheritance.MAX_SOCKETS) {
            throw new InheritException(
                    "%s is \"%s\", expected 0 to %d sockets".formatted(variable, shown(text), Inheritance.MAX_SOCKETS));
        }
        return count.getAsInt();
    }

    /** Nothing but digits. */
    private static OptionalInt number(String text, int start, int end) {
        if (start >= end || end - start > MAX_DIGITS) {
            return OptionalInt.empty();
        }
        int number = 0;
        for (int i = start; i < end; i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                return OptionalInt.empty();
            }
            number = number * 10 + (digit - '0');
        }
        return OptionalInt.of(number);
    }

    /** Without what would break a log line, and not too much of it. */
    static String shown(String text) {
        String cut = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
        StringBuilder clean = new StringBuilder(cut.length());
        cut.chars().forEach(c -> clean.append(Character.isISOControl(c) ? '?' : (char) c));
        return clean.toString();
    }
}
