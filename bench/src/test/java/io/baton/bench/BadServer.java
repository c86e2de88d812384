package io.baton.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server that does to its connections what a test wants, on blocking sockets, one virtual thread each. */
final class BadServer implements AutoCloseable {
    @FunctionalInterface
    interface Misbehaviour {
        void serve(Socket socket) throws Exception;
    }

    /** What the request line of {@link HttpPlan#path} asks for. */
    record Request(long number, int bytes) {}

    private static final Pattern PATH = Pattern.compile("GET /bytes\\?n=(\\d+)&seed=(\\d+)");

    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    final AtomicInteger accepted = new AtomicInteger();

    BadServer(Misbehaviour misbehaviour) {
        try {
            listener = new ServerSocket(0, 1_000, InetAddress.ofLiteral("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(() -> {
            while (!listener.isClosed()) {
                try {
                    Socket socket = listener.accept();
                    accepted.incrementAndGet();
                    open.add(socket);
                    Thread.ofVirtual().start(() -> serve(socket, misbehaviour));
                } catch (IOException _) {
                    // Closed by the test's end.
                }
            }
        });
    }

    private void serve(Socket socket, Misbehaviour misbehaviour) {
        try (socket) {
            misbehaviour.serve(socket);
        } catch (Exception _) {
            // The client went away; what it counted is what the test looks at.
        } finally {
            open.remove(socket);
        }
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    /** Reads one request head; an end of stream throws. */
    static Request readRequest(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("end of stream");
            }
            head.append((char) b);
        }
        Matcher path = PATH.matcher(head);
        if (!path.lookingAt()) {
            throw new IOException("unexpected request " + head);
        }
        return new Request(Long.parseLong(path.group(2)), Integer.parseInt(path.group(1)));
    }

    /** The right answer, to be spoilt. */
    static byte[] answer(Request request) {
        byte[] head = ("HTTP/1.1 200 OK\r\ncontent-length: " + request.bytes() + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        ByteBuf all = Unpooled.buffer().writeBytes(head);
        new Content(request.number()).write(all, 0, request.bytes());
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes);
        return bytes;
    }

    /** Ends the connection with RST. */
    static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
