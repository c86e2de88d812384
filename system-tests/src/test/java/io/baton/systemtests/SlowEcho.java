package io.baton.systemtests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** An origin that echoes a little at a time and takes no more meanwhile: what its clients send faster rests on its way. */
final class SlowEcho implements AutoCloseable {
    private static final int BYTES_AT_A_TIME = 16 * 1024;
    private static final int PAUSE_MS = 20;

    private final Connections connections = Connections.accept("slow echo", BYTES_AT_A_TIME, SlowEcho::echo);

    SlowEcho() throws IOException {}

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), connections.port());
    }

    private static void echo(Socket socket) throws IOException, InterruptedException {
        InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        byte[] buffer = new byte[BYTES_AT_A_TIME];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            out.write(buffer, 0, count);
            Thread.sleep(PAUSE_MS);
        }
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        connections.close();
    }
}
