package io.baton.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Sends a number of bytes to whoever connects, and receives them at the other end: blocking sockets and large buffers. */
final class Bulk implements AutoCloseable {
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final long RECEIVE_DEADLINE_NANOS = 20_000_000_000L;

    private final long bytes;
    private final ServerSocketChannel listener;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    private Bulk(long bytes) throws IOException {
        this.bytes = bytes;
        this.listener = ServerSocketChannel.open().bind(Loopback.port(0));
        Thread.ofPlatform().daemon().name("bulk-origin").start(this::serve);
    }

    static Bulk start(long bytes) throws BenchException {
        try {
            return new Bulk(bytes);
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
    double receive(InetSocketAddress from) throws BenchException {
        long start = System.nanoTime();
        long received = 0;
        try (SocketChannel connection = SocketChannel.open(from)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
            int count = connection.read(buffer);
            while (count >= 0) {
                received += count;
                if (System.nanoTime() - start > RECEIVE_DEADLINE_NANOS) {
                    throw new BenchException("only %,d of %,d bytes in 20 s".formatted(received, bytes));
                }
                buffer.clear();
                count = connection.read(buffer);
            }
        } catch (IOException e) {
            throw new BenchException("bulk transfer broke after %,d bytes: %s".formatted(received, e), e);
        }
        if (received != bytes) {
            throw new BenchException("bulk transfer ended after %,d of %,d bytes".formatted(received, bytes));
        }
        return bytes / (double) (System.nanoTime() - start);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (SocketChannel connection : open) {
            connection.close();
        }
    }
}
