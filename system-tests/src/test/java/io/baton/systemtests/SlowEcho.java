package io.baton.systemtests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** An origin that echoes a little at a time and takes no more meanwhile: what its clients send faster rests on its way. */
final class SlowEcho implements AutoCloseable {
    private static final int BYTES_AT_A_TIME = 16 * 1024;
    private static final int PAUSE_MS = 20;

    private final ServerSocket server = new ServerSocket();

    SlowEcho() throws IOException {
        server.setReceiveBufferSize(BYTES_AT_A_TIME);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        Thread.ofPlatform().daemon().name("slow echo").start(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> echo(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            byte[] buffer = new byte[BYTES_AT_A_TIME];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
                Thread.sleep(PAUSE_MS);
            }
            socket.shutdownOutput();
        } catch (IOException e) {
            // The client is gone: its side of the test knows.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
