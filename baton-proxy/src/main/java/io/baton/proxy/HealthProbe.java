package io.baton.proxy;

import io.baton.posix.SocketAddress;
import io.baton.proxy.HealthConfig.Check;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One check. Blocks, on a thread of its own; {@link #abort} closes the socket under it. A library's HTTP client would bring
 * threads and half a second of class loading for a request of five lines and the first line of its answer, and none for UNIX
 * sockets.
 */
final class HealthProbe {
    /** RFC 9112 section 4; the reason may be missing. */
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})(?: [^\\r\\n]*)?\\r?\\n");

    private static final int MAX_STATUS_LINE = 1024;

    /** What is read of a body, so that the origin need not see a reset. */
    private static final int MAX_BODY = 64 << 10;

    private final Endpoint endpoint;
    private final Check check;
    private @Nullable SocketChannel channel;
    private boolean aborted;

    HealthProbe(Endpoint endpoint, Check check) {
        this.endpoint = endpoint;
        this.check = check;
    }

    /**
     * Checks once.
     *
     * @param timeout that whoever calls {@link #abort} keeps; for the message
     * @return why the endpoint is not well
     */
    Optional<String> run(Duration timeout) {
        try (SocketChannel socket = open()) {
            return switch (check) {
                case Check.Tcp() -> Optional.empty();
                case Check.Http http -> ask(socket, http);
            };
        } catch (ClosedChannelException e) {
            return Optional.of("no answer within " + Durations.format(timeout));
        } catch (IOException e) {
            return Optional.of(Words.plain(String.valueOf(e.getMessage())));
        }
    }

    /** The time is up. Any thread. */
    synchronized void abort() {
        aborted = true;
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // It is of no further use either way.
            }
        }
    }

    private SocketChannel open() throws IOException {
        SocketChannel socket = switch (endpoint.address()) {
            case SocketAddress.Inet _ -> SocketChannel.open();
            case SocketAddress.UnixPath _, SocketAddress.UnixAbstract _, SocketAddress.UnixUnnamed _ ->
                SocketChannel.open(StandardProtocolFamily.UNIX);
        };
        try {
            publish(socket);
            socket.connect(jdk(endpoint.address()));
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private synchronized void publish(SocketChannel socket) throws IOException {
        if (aborted) {
            throw new ClosedChannelException();
        }
        channel = socket;
    }

    private static java.net.SocketAddress jdk(SocketAddress address) {
        return switch (address) {
            case SocketAddress.Inet(var host, int port) -> new InetSocketAddress(host, port);
            case SocketAddress.UnixPath(String path) -> UnixDomainSocketAddress.of(path);
            case SocketAddress.UnixAbstract _, SocketAddress.UnixUnnamed _ ->
                throw new IllegalStateException("an endpoint is TCP or a UNIX path");
        };
    }

    private Optional<String> ask(SocketChannel socket, Check.Http http) throws IOException {
        ByteBuffer request = ByteBuffer.wrap(request(http).getBytes(StandardCharsets.US_ASCII));
        while (request.hasRemaining()) {
            socket.write(request);
        }
        ByteBuffer answer = ByteBuffer.allocate(MAX_STATUS_LINE);
        while (answer.hasRemaining() && !contains(answer, '\n')) {
            if (socket.read(answer) < 0) {
                break;
            }
        }
        String text = new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
        Matcher line = STATUS_LINE.matcher(text);
        if (!line.lookingAt()) {
            return Optional.of(text.isEmpty() ? "closed without an answer" : "the answer is not HTTP/1");
        }
        int status = Integer.parseInt(line.group(1));
        if (status < http.lowest() || status > http.highest()) {
            return Optional.of("status %d, expected %d to %d".formatted(status, http.lowest(), http.highest()));
        }
        readOut(socket);
        return Optional.empty();
    }

    private String request(Check.Http http) {
        String host = http.host().orElse(Addresses.isUnix(endpoint.written()) ? "localhost" : endpoint.written());
        return "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: baton-health-check\r\nAccept: */*\r\nConnection: close\r\n\r\n"
                .formatted(http.path(), host);
    }

    private static boolean contains(ByteBuffer buffer, char c) {
        for (int i = 0; i < buffer.position(); i++) {
            if (buffer.get(i) == c) {
                return true;
            }
        }
        return false;
    }

    /** The answer is known already: whatever happens here. */
    private static void readOut(SocketChannel socket) {
        ByteBuffer rest = ByteBuffer.allocate(4096);
        try {
            for (int read = 0, count = 0; read < MAX_BODY && count >= 0; read += count) {
                rest.clear();
                count = socket.read(rest);
            }
        } catch (IOException e) {
            // Aborted, or the origin broke off.
        }
    }
}
