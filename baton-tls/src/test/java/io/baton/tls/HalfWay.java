package io.baton.tls;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Semaphore;

/** Between a client and its server, for one connection; can hold back what the client says, in the middle of it. */
final class HalfWay implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final Socket server;
    private final Semaphore gate = new Semaphore(0);
    private volatile int left = Integer.MAX_VALUE;
    private volatile boolean holding;

    HalfWay(int port) throws IOException {
        server = new Socket(InetAddress.getLoopbackAddress(), port);
        Thread.ofPlatform().daemon().start(this::run);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Of what the client says from now on, only so much goes on until {@link #release}. */
    void holdAfter(int bytes) {
        left = bytes;
    }

    boolean isHolding() {
        return holding;
    }

    void release() {
        holding = false;
        left = Integer.MAX_VALUE;
        gate.release();
    }

    private void run() {
        try (Socket client = listener.accept()) {
            Thread.ofPlatform().daemon().start(() -> back(client));
            InputStream in = client.getInputStream();
            OutputStream out = server.getOutputStream();
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                int first = Math.min(read, left);
                out.write(buffer, 0, first);
                if (first < read) {
                    Thread.sleep(20); // so that the server reads what there is
                    holding = true;
                    gate.acquire();
                    out.write(buffer, first, read - first);
                }
            }
        } catch (IOException e) {
            // the test is over
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void back(Socket client) {
        try {
            server.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException e) {
            // the test is over
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        server.close();
    }
}
