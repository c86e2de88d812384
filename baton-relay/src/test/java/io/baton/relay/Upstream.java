package io.baton.relay;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A server whose connections the test holds in its own hands. */
final class Upstream implements Closeable {
    private final ServerSocket server;

    Upstream() throws IOException {
        this(-1);
    }

    Upstream(int receiveBuffer) throws IOException {
        server = new ServerSocket();
        if (receiveBuffer > 0) {
            server.setReceiveBufferSize(receiveBuffer);
        }
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.setSoTimeout(RelayFixture.PATIENCE_MS);
    }

    int port() {
        return server.getLocalPort();
    }

    Socket accept() throws IOException {
        Socket socket = server.accept();
        socket.setSoTimeout(RelayFixture.PATIENCE_MS);
        return socket;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
