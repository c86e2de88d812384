package io.baton.proxy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Answers every GET with its name, and keeps the connection. */
final class HttpOrigin implements AutoCloseable {
    volatile int status = 200;

    /** Targets with their Host header. */
    final Queue<String> asked = new ConcurrentLinkedQueue<>();

    private final String name;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    HttpOrigin(String name) throws IOException {
        this.name = name;
        this.listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::acceptAll);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void acceptAll() {
        try {
            while (true) {
                Socket client = listener.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException e) {
            // Closed: the test is over.
        }
    }

    private void serve(Socket client) {
        try (client;
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1))) {
            for (String first = in.readLine(); first != null; first = in.readLine()) {
                String host = "";
                boolean close = false;
                for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                    if (line.regionMatches(true, 0, "host: ", 0, 6)) {
                        host = line.substring(6);
                    }
                    close |= line.equalsIgnoreCase("connection: close");
                }
                asked.add("%s Host=%s".formatted(first.split(" ", 3)[1], host));
                String answer =
                        "HTTP/1.1 %d Because\r\nContent-Length: %d\r\n\r\n%s".formatted(status, name.length(), name);
                client.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                if (close) {
                    return;
                }
            }
        } catch (IOException e) {
            // The client broke off, which is its right.
        } finally {
            open.remove(client);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket client : open) {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
