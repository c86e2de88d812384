package io.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** One client connection; every read is bounded. */
final class Client implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Socket socket;

    private Client(Socket socket) {
        this.socket = socket;
    }

    static Client connect(int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), Math.toIntExact(LIMIT.toMillis()));
            socket.setSoTimeout(Math.toIntExact(LIMIT.toMillis()));
            return new Client(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Says a line and hears it again. */
    void echo(String line) throws IOException {
        say(line);
        hear(line);
    }

    void say(String line) throws IOException {
        say(line.getBytes(StandardCharsets.UTF_8));
    }

    void say(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void hear(String line) throws IOException {
        byte[] heard = socket.getInputStream().readNBytes(line.getBytes(StandardCharsets.UTF_8).length);
        assertThat(new String(heard, StandardCharsets.UTF_8)).isEqualTo(line);
    }

    void hear(byte[] bytes) throws IOException {
        assertThat(socket.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
    }

    /** The other side broke off. */
    void assertReset() {
        assertThatThrownBy(this::read).isInstanceOf(SocketException.class).hasMessageContaining("reset");
    }

    /** Ends the own side and waits for the other's end. */
    void finish() throws IOException {
        socket.shutdownOutput();
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }

    /** -1 at the end of the stream. */
    int read() throws IOException {
        return socket.getInputStream().read();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** Echoes over a UNIX socket once. */
    static void echoOverUnix(Path path, String line) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
            ByteBuffer heard = ByteBuffer.allocate(line.length());
            while (heard.hasRemaining() && channel.read(heard) >= 0) {
                // until it is whole or the other side ends
            }
            assertThat(new String(heard.array(), StandardCharsets.UTF_8)).isEqualTo(line);
        }
    }
}
