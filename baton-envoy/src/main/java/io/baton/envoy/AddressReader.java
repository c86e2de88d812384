package io.baton.envoy;

import io.baton.posix.SocketAddress;
import io.baton.proxy.ConfigException;
import io.baton.proxy.HostResolver;
import io.baton.proxy.Words;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Pipe;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads {@code address}: a socket address or a pipe. */
final class AddressReader {
    static final Fields FIELDS = Fields.of(Address.getDescriptor(), "socket_address", "pipe");

    private static final Fields SOCKET = Fields.of(
            io.envoyproxy.envoy.config.core.v3.SocketAddress.getDescriptor(), "protocol", "address", "port_value");
    private static final Fields PIPE = Fields.of(Pipe.getDescriptor(), "path");

    /** sun_path of unix(7), less its closing NUL. */
    private static final int MAX_UNIX_PATH = 107;

    private static final String HOST_NAME = "(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})\\.)*[A-Za-z][A-Za-z0-9-]{0,62}\\.?";
    private static final String IP = "an IP address";

    private AddressReader() {}

    /**
     * Where something is, and how Baton writes it.
     *
     * @param named whether it was found by a name
     */
    record Place(String written, SocketAddress address, boolean named) {}

    /** An address to listen on. */
    static SocketAddress listener(Part address, int lowestPort) throws ConfigException {
        Optional<Part> pipe = address.find("pipe", PIPE);
        if (pipe.isPresent()) {
            return unix(pipe.get());
        }
        Part socket = socket(address);
        return new SocketAddress.Inet(literal(socket).orElseThrow(() -> wrong(socket, IP)), port(socket, lowestPort));
    }

    /** An address to connect to; {@code names} says whether a name may stand there, and is asked for what it means. */
    static Place endpoint(Part address, Optional<HostResolver> names) throws ConfigException {
        Optional<Part> pipe = address.find("pipe", PIPE);
        if (pipe.isPresent()) {
            SocketAddress.UnixPath path = unix(pipe.get());
            return new Place("unix:" + path.path(), path, false);
        }
        Part socket = socket(address);
        int port = port(socket, 1);
        String host = socket.text("address");
        Optional<InetAddress> literal = literal(socket);
        if (literal.isPresent()) {
            String form = host.indexOf(':') >= 0 ? "[%s]:%d" : "%s:%d";
            return new Place(form.formatted(host, port), new SocketAddress.Inet(literal.get(), port), false);
        }
        if (names.isEmpty()) {
            throw wrong(socket, IP + " in a STATIC cluster (STRICT_DNS has names)");
        }
        if (!host.matches(HOST_NAME) || host.length() > 253) {
            throw wrong(socket, "an IP address or a host name");
        }
        try {
            InetAddress found = names.get().resolve(host);
            return new Place("%s:%d".formatted(host, port), new SocketAddress.Inet(found, port), true);
        } catch (UnknownHostException e) {
            throw wrong(socket, "a host that can be found (%s)".formatted(Words.plain(String.valueOf(e.getMessage()))));
        }
    }

    private static Part socket(Part address) throws ConfigException {
        Part socket = address.get("socket_address", SOCKET, "socket_address or pipe");
        if (!socket.choice("protocol").equals("TCP")) {
            throw socket.problem("protocol", "UDP is not supported yet, expected TCP");
        }
        return socket;
    }

    private static int port(Part socket, int lowest) throws ConfigException {
        long port = socket.number("port_value");
        if (port < lowest || port > 65_535) {
            String zero = port == 0 ? " (the next generation finds the socket by its port)" : "";
            throw socket.problem("port_value", "%d, expected %d to 65535%s".formatted(port, lowest, zero));
        }
        return (int) port;
    }

    private static Optional<InetAddress> literal(Part socket) {
        String host = socket.text("address");
        // Only what cannot be a name: a literal with a zone is left to the kernel's own names.
        if (!host.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]{2,45}") || host.matches("[^:.]*")) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(host));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static SocketAddress.UnixPath unix(Part pipe) throws ConfigException {
        String path = pipe.text("path");
        if (!path.startsWith("/") || path.endsWith("/") || path.indexOf('\0') >= 0) {
            throw pipe.problem(
                    "path", "%s, expected an absolute path such as /run/app.sock".formatted(Words.quote(path)));
        }
        int length = path.getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_UNIX_PATH) {
            throw pipe.problem(
                    "path",
                    "a path of %d bytes, expected at most %d, as unix(7) allows no more"
                            .formatted(length, MAX_UNIX_PATH));
        }
        return new SocketAddress.UnixPath(path);
    }

    private static ConfigException wrong(Part socket, String expected) {
        return socket.problem("address", "%s, expected %s".formatted(Words.quote(socket.text("address")), expected));
    }
}
