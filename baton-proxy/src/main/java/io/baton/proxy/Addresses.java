package io.baton.proxy;

import io.baton.posix.SocketAddress;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Addresses as the config writes them: {@code 0.0.0.0:8080}, {@code [::]:8080}, {@code unix:/run/app.sock}. */
public final class Addresses {
    static final String FORM = "IP:PORT, [IPV6]:PORT or unix:/PATH";

    /** sun_path of unix(7), less its closing NUL. */
    static final int MAX_UNIX_PATH = 107;

    private static final String UNIX = "unix:";
    private static final Pattern HOST_PORT = Pattern.compile("(\\[[^\\[\\]]{1,64}]|[^:\\[\\]]{1,253}):([0-9]{1,5})");
    private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");

    private Addresses() {}

    /** Host and port as written, the host still a literal or a name. */
    record HostPort(String host, int port) {}

    /** As the config and Envoy's admin write it: {@code 127.0.0.1:80}, {@code [::1]:80}, {@code /run/app.sock}. */
    public static String format(SocketAddress address) {
        return switch (address) {
            case SocketAddress.Inet(Inet6Address host, int port) -> "[%s]:%d".formatted(ipv6(host), port);
            case SocketAddress.Inet(InetAddress host, int port) -> "%s:%d".formatted(host.getHostAddress(), port);
            case SocketAddress.UnixPath(String path) -> path;
            case SocketAddress.UnixAbstract(String name, boolean _) -> "@" + name;
            case SocketAddress.UnixUnnamed() -> "unix";
        };
    }

    /** The IP address alone, IPv6 in its short form; as Envoy's JSON has it in {@code address}. */
    public static String formatHost(InetAddress host) {
        return host instanceof Inet6Address six ? ipv6(six) : host.getHostAddress();
    }

    /** The address as part of a statistic's name: colons would end the name, Envoy puts underscores. */
    public static String statName(SocketAddress address) {
        return format(address).replace(':', '_');
    }

    /** An address to listen on: a literal or a path, never a name. */
    static SocketAddress listener(Value value, int lowestPort) throws ConfigException {
        String text = value.text(FORM);
        if (text.startsWith(UNIX)) {
            return unix(value, text);
        }
        HostPort hostPort = hostPort(text).orElseThrow(() -> value.wrong(FORM));
        InetAddress host = literal(hostPort.host())
                .orElseThrow(() -> value.wrong(FORM + " (a listener has no host name, 0.0.0.0 means every address)"));
        return new SocketAddress.Inet(host, port(value, hostPort, lowestPort));
    }

    static SocketAddress.UnixPath unix(Value value, String text) throws ConfigException {
        String path = text.substring(UNIX.length());
        if (!path.startsWith("/") || path.endsWith("/") || path.indexOf('\0') >= 0) {
            throw value.wrong("unix: and an absolute path, such as unix:/run/app.sock");
        }
        int length = path.getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_UNIX_PATH) {
            throw value.problem("a path of %d bytes, expected at most %d, as unix(7) allows no more"
                    .formatted(length, MAX_UNIX_PATH));
        }
        return new SocketAddress.UnixPath(path);
    }

    static boolean isUnix(String text) {
        return text.startsWith(UNIX);
    }

    static Optional<HostPort> hostPort(String text) {
        Matcher form = HOST_PORT.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        return Optional.of(new HostPort(form.group(1), Integer.parseInt(form.group(2))));
    }

    static int port(Value value, HostPort hostPort, int lowest) throws ConfigException {
        int port = hostPort.port();
        if (port < lowest || port > 65_535) {
            throw value.wrong("a port from %d to 65535".formatted(lowest));
        }
        return port;
    }

    /** {@code 1.2.3.4} or {@code [::1]}; never asks a name server. */
    static Optional<InetAddress> literal(String host) {
        if (host.startsWith("[")) {
            return ipv6Literal(host.substring(1, host.length() - 1));
        }
        return IPV4.matcher(host).matches() ? Optional.of(Inet4Address.ofLiteral(host)) : Optional.empty();
    }

    private static Optional<InetAddress> ipv6Literal(String host) {
        if (host.indexOf(':') < 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(Inet6Address.ofLiteral(host));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** RFC 5952 as far as readers need it: the longest run of zero groups, when longer than one, is {@code ::}. */
    private static String ipv6(Inet6Address host) {
        String[] groups = host.getHostAddress().split("%", 2);
        String full = groups[0];
        String scope = groups.length == 2 ? "%" + groups[1] : "";
        String[] parts = full.split(":");
        int bestStart = -1;
        int bestLength = 1;
        for (int start = 0; start < parts.length; start++) {
            int end = start;
            while (end < parts.length && parts[end].equals("0")) {
                end++;
            }
            if (end - start > bestLength) {
                bestStart = start;
                bestLength = end - start;
            }
        }
        if (bestStart < 0) {
            return full + scope;
        }
        String left = String.join(":", Arrays.copyOfRange(parts, 0, bestStart));
        String right = String.join(":", Arrays.copyOfRange(parts, bestStart + bestLength, parts.length));
        return left + "::" + right + scope;
    }
}
