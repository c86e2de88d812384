package io.baton.systemtests;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A socket whose bytes leave one by one, and not all at once if it is told so: what is layered over it knows nothing of that. */
final class PacedSocket extends Socket {
    private static final int PATIENCE_MS = 40_000;

    private final int stopAfter;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private int sent;

    /** @param stopAfter so many bytes until {@link #release} is called */
    PacedSocket(int port, int stopAfter) throws IOException {
        this.stopAfter = stopAfter;
        setTcpNoDelay(true);
        setSoTimeout(PATIENCE_MS);
        connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MS);
    }

    /** A TLS client over it that has not begun. */
    SSLSocket tls(SSLContext context, String serverName) throws IOException {
        SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(this, serverName, getPort(), true);
        tls.setUseClientMode(true);
        return tls;
    }

    /** Waits until it has stopped. */
    void awaitStop() throws InterruptedException {
        if (!stopped.await(PATIENCE_MS, TimeUnit.MILLISECONDS)) {
            throw new AssertionError("%d bytes were never said".formatted(stopAfter));
        }
    }

    void release() {
        released.countDown();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(super.getOutputStream()) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                for (int i = offset; i < offset + length; i++) {
                    write(bytes[i]);
                }
            }

            @Override
            public void write(int one) throws IOException {
                if (sent == stopAfter) {
                    pause();
                }
                out.write(one);
                sent++;
            }
        };
    }

    private void pause() throws IOException {
        stopped.countDown();
        try {
            if (!released.await(PATIENCE_MS, TimeUnit.MILLISECONDS)) {
                throw new IOException("nobody let it go on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
