package io.baton;

import io.baton.posix.SocketAddress;
import io.baton.posix.SocketType;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;

/** Addresses as the protocol writes them: {@code tcp://1.2.3.4:80}, {@code udp://[::1]:53}, {@code unix:///run/app.sock}, {@code unix://@name}. */
record ListenUrl(SocketAddress address, SocketType type) {
    private static final String TCP = "tcp://";
    private static final String UDP = "udp://";
    private static final String UNIX = "unix://";

    static String format(SocketAddress address, SocketType type) {
        return switch (address) {
            case SocketAddress.Inet inet -> (type == SocketType.DATAGRAM ? UDP : TCP) + hostAndPort(inet);
            case SocketAddress.UnixPath(String path) -> UNIX + path;
            case SocketAddress.UnixAbstract(String name, boolean ignored) -> UNIX + "@" + name;
            case SocketAddress.UnixUnnamed unnamed -> throw new IllegalArgumentException("cannot name " + unnamed);
        };
    }

    /** Empty for what is no such address: host names are not resolved. */
    static Optional<ListenUrl> parse(String url) {
        if (url.startsWith(TCP)) {
            return inet(url.substring(TCP.length())).map(address -> new ListenUrl(address, SocketType.STREAM));
        }
        if (url.startsWith(UDP)) {
            return inet(url.substring(UDP.length())).map(address -> new ListenUrl(address, SocketType.DATAGRAM));
        }
        if (url.startsWith(UNIX) && url.length() > UNIX.length()) {
            String path = url.substring(UNIX.length());
            return Optional.of(new ListenUrl(
                    path.startsWith("@")
                            ? new SocketAddress.UnixAbstract(path.substring(1), false)
                            : new SocketAddress.UnixPath(path),
                    SocketType.STREAM));
        }
        return Optional.empty();
    }

    private static Optional<SocketAddress> inet(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        if (colon < 1) {
            return Optional.empty();
        }
        String host = hostAndPort.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            return Optional.of(new SocketAddress.Inet(
                    InetAddress.ofLiteral(host), Integer.parseInt(hostAndPort, colon + 1, hostAndPort.length(), 10)));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // neither an address literal nor a port: NumberFormatException is one, too
        }
    }

    static String hostAndPort(SocketAddress.Inet inet) {
        return inet.host() instanceof Inet6Address v6
                ? "[" + compress(v6) + "]:" + inet.port()
                : inet.host().getHostAddress() + ":" + inet.port();
    }

    /** As inet_ntop(3) writes it: the longest run of at least two zero groups, the first of equals, becomes {@code ::}. */
    private static String compress(Inet6Address address) {
        byte[] bytes = address.getAddress();
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = ((bytes[2 * i] & 0xFF) << 8) | (bytes[2 * i + 1] & 0xFF);
        }
        int bestStart = -1;
        int bestLength = 1;
        for (int start = 0; start < 8; start++) {
            int end = start;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - start > bestLength) {
                bestStart = start;
                bestLength = end - start;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                text.append("::");
                i += bestLength - 1;
            } else {
                if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(groups[i]));
            }
        }
        if (address.getScopeId() != 0) {
            text.append('%').append(address.getScopeId());
        }
        return text.toString();
    }
}
