package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;

/** An origin in the test's JVM: echoes what it gets, byte by byte, until the client has ended. */
final class Upstream implements AutoCloseable {
    private final Connections connections = Connections.accept("upstream", Upstream::echo);

    Upstream() throws IOException {}

    int port() {
        return connections.port();
    }

    private static void echo(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        socket.getInputStream().transferTo(socket.getOutputStream());
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        connections.close();
    }

    /** A client of the listener before it. */
    static final class Client implements AutoCloseable {
        /** As long as an upgrade in place may hold everything up on a machine that has other things to do. */
        private static final int TIMEOUT_MS = 40_000;

        private final Socket socket;
        private int sent;

        Client(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.setTcpNoDelay(true);
        }

        /** Sends a message that was never sent before and reads it back; an IOException when it does not come back whole. */
        void exchange() throws IOException {
            byte[] message = "message %d of %s\n"
                    .formatted(sent++, socket.getLocalPort())
                    .getBytes(UTF_8);
            socket.getOutputStream().write(message);
            byte[] answer = socket.getInputStream().readNBytes(message.length);
            if (!Arrays.equals(message, answer)) {
                throw new IOException("sent '%s', got '%s'"
                        .formatted(new String(message, UTF_8).strip(), new String(answer, UTF_8).strip()));
            }
        }

        /** Says that nothing more will come, and waits until the other side says so too. */
        void end() throws IOException {
            socket.shutdownOutput();
            if (socket.getInputStream().read() >= 0) {
                throw new IOException("more came back than was sent");
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
