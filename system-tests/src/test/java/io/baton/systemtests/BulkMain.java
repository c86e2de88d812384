package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;

/**
 * Both ends of one connection through a proxy, in a process of their own: 1 GiB goes each way at the same time. Says {@code origin PORT},
 * is told {@code begin PORT} (the proxy's) and, in the end, {@code hurry}, and says {@code up} and {@code down} with the SHA-256 of what
 * was sent and of what was received.
 */
final class BulkMain {
    static final long BYTES = 1L << 30;

    /** Small, so that what a receiver does not take rests in the proxy. */
    private static final int RECEIVE_BUFFER = 64 * 1024;

    private static final int TIMEOUT_MS = 60_000;

    private BulkMain() {}

    public static void main(String[] arguments) throws Exception {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        try (ServerSocket server = new ServerSocket()) {
            server.setReceiveBufferSize(RECEIVE_BUFFER);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            say("origin " + server.getLocalPort());
            int proxied = Integer.parseInt(orders.readLine().substring("begin ".length()));
            try (Socket client = connect(proxied);
                    Socket origin = server.accept()) {
                origin.setSoTimeout(TIMEOUT_MS);
                CountDownLatch hurry = new CountDownLatch(1);
                FutureTask<String> up = transfer(client, origin, 1, hurry);
                FutureTask<String> down = transfer(origin, client, 2, hurry);
                say("standing");
                orders.readLine();
                hurry.countDown();
                say("up " + up.get());
                say("down " + down.get());
            }
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(RECEIVE_BUFFER);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
        return socket;
    }

    private static FutureTask<String> transfer(Socket from, Socket to, long seed, CountDownLatch hurry) {
        BulkStream stream = new BulkStream(BYTES, seed, hurry);
        FutureTask<String> sent = new FutureTask<>(() -> stream.send(from));
        FutureTask<String> received = new FutureTask<>(() -> stream.receive(to));
        Thread.ofPlatform().daemon().start(sent);
        Thread.ofPlatform().daemon().start(received);
        FutureTask<String> both = new FutureTask<>(() -> "sent %s received %s".formatted(sent.get(), received.get()));
        Thread.ofPlatform().daemon().start(both);
        return both;
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
