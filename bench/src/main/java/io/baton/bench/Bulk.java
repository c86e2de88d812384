package io.baton.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;

/** Sends a number of bytes to whoever connects, and receives them at the other end: blocking sockets and large buffers. */
final class Bulk implements AutoCloseable {
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final long RECEIVE_DEADLINE_NANOS = 20_000_000_000L;

    /** A proxy may add headers to an answer, but not so many. */
    private static final int MAX_HEAD_BYTES = 8 * 1024;

    private static final String HEAD_END = "\r\n\r\n";

    private final Protocol protocol;
    private final long bytes;
    private final ServerSocketChannel listener;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    private Bulk(Protocol protocol, long bytes) throws IOException {
        this.protocol = protocol;
        this.bytes = bytes;
        this.listener = ServerSocketChannel.open().bind(Loopback.port(0));
        Thread.ofPlatform().daemon().name("bulk-origin").start(this::serve);
    }

    /** Sends {@code bytes} to each connection: as they are, or as the body of an answer to the request that is to come first. */
    static Bulk start(Protocol protocol, long bytes) throws BenchException {
        try {
            return new Bulk(protocol, bytes);
        } catch (IOException e) {
            throw new BenchException("cannot listen on loopback: " + e, e);
        }
    }

    InetSocketAddress address() throws BenchException {
        try {
            return (InetSocketAddress) listener.getLocalAddress();
        } catch (IOException e) {
            throw new BenchException("the bulk origin is closed: " + e, e);
        }
    }

    private void serve() {
        while (listener.isOpen()) {
            try {
                SocketChannel connection = listener.accept();
                open.add(connection);
                Thread.ofPlatform().daemon().name("bulk-sender").start(() -> send(connection));
            } catch (IOException _) {
                // Closed.
            }
        }
    }

    private void send(SocketChannel connection) {
        try (connection) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
            if (protocol == Protocol.HTTP) {
                readHead(connection, buffer);
                write(connection, "HTTP/1.1 200 OK\r\ncontent-length: " + bytes + "\r\nconnection: close" + HEAD_END);
            }
            long left = bytes;
            while (left > 0) {
                buffer.clear().limit((int) Math.min(BUFFER_BYTES, left));
                while (buffer.hasRemaining()) {
                    left -= connection.write(buffer);
                }
            }
            connection.shutdownOutput();
            // Until the receiver has closed: closing first would reset what is still under way.
            buffer.clear();
            while (connection.read(buffer) >= 0) {
                buffer.clear();
            }
        } catch (IOException _) {
            // The receiver counts what has come.
        } finally {
            open.remove(connection);
        }
    }

    /**
     * Receives everything over one connection.
     *
     * @return gigabytes (10^9) per second, from the connect to the end
     */
    double receive(InetSocketAddress from, boolean tls) throws BenchException {
        long start = System.nanoTime();
        long received = 0;
        SSLContext context = tls ? TrustAll.context() : null;
        try (SocketChannel connection = SocketChannel.open(from);
                ByteChannel source = context == null ? connection : new TlsChannel(context, connection.socket())) {
            ByteBuffer buffer = tls ? ByteBuffer.allocate(BUFFER_BYTES) : ByteBuffer.allocateDirect(BUFFER_BYTES);
            if (protocol == Protocol.HTTP) {
                write(
                        source,
                        "GET /bulk HTTP/1.1\r\nhost: " + Loopback.text(from) + "\r\nconnection: close" + HEAD_END);
                received += readHead(source, buffer);
                buffer.clear();
            }
            int count = source.read(buffer);
            while (count >= 0) {
                received += count;
                if (System.nanoTime() - start > RECEIVE_DEADLINE_NANOS) {
                    throw new BenchException("only %,d of %,d bytes in 20 s".formatted(received, bytes));
                }
                buffer.clear();
                count = source.read(buffer);
            }
        } catch (IOException e) {
            throw new BenchException("bulk transfer broke after %,d bytes: %s".formatted(received, e), e);
        }
        if (received != bytes) {
            throw new BenchException("bulk transfer ended after %,d of %,d bytes".formatted(received, bytes));
        }
        return bytes / (double) (System.nanoTime() - start);
    }

    /** Java's TLS on a blocking socket, for heap buffers. */
    private static final class TlsChannel implements ByteChannel {
        private final Socket socket;

        TlsChannel(SSLContext context, Socket plain) throws IOException {
            socket = context.getSocketFactory().createSocket(plain, "127.0.0.1", plain.getPort(), true);
        }

        @Override
        public int read(ByteBuffer buffer) throws IOException {
            int count = socket.getInputStream()
                    .read(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
            if (count > 0) {
                buffer.position(buffer.position() + count);
            }
            return count;
        }

        @Override
        public int write(ByteBuffer buffer) throws IOException {
            int length = buffer.remaining();
            socket.getOutputStream().write(buffer.array(), buffer.arrayOffset() + buffer.position(), length);
            buffer.position(buffer.limit());
            return length;
        }

        @Override
        public boolean isOpen() {
            return !socket.isClosed();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** Reads a head and says how many bytes of what follows came along with it. */
    private static int readHead(ByteChannel connection, ByteBuffer buffer) throws IOException {
        buffer.clear();
        while (buffer.position() < MAX_HEAD_BYTES && connection.read(buffer) >= 0) {
            String read = StandardCharsets.ISO_8859_1
                    .decode(buffer.duplicate().flip())
                    .toString();
            int end = read.indexOf(HEAD_END);
            if (end >= 0) {
                return read.length() - end - HEAD_END.length();
            }
        }
        throw new IOException("no end of a head within %,d bytes".formatted(buffer.position()));
    }

    private static void write(ByteChannel connection, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
            connection.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (SocketChannel connection : open) {
            connection.close();
        }
    }
}
