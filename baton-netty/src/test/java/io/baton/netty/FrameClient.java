package io.baton.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A client of {@link CountingServer}; which has been greeted. */
final class FrameClient implements AutoCloseable {
    final Socket socket = new Socket();

    FrameClient(Fd listener) throws IOException {
        SocketAddress.Inet address = (SocketAddress.Inet) Posix.linux().localAddress(listener);
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(address.host(), address.port()));
        socket.setSoTimeout(10_000);
        assertThat(read()).isEqualTo("hello");
    }

    static byte[] frame(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(Integer.BYTES + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    void write(String text) throws IOException {
        socket.getOutputStream().write(frame(text));
    }

    String read() throws IOException {
        byte[] length = socket.getInputStream().readNBytes(Integer.BYTES);
        assertThat(length).as("the server has closed").hasSize(Integer.BYTES);
        return new String(
                socket.getInputStream().readNBytes(ByteBuffer.wrap(length).getInt()), StandardCharsets.US_ASCII);
    }

    String ask(String text) throws IOException {
        write(text);
        return read();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
