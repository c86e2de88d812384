package io.baton.systemtests;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** What an origin in the test's JVM accepts, each connection on a thread of its own; {@link #close} accepts no more. */
final class Connections implements AutoCloseable {
    private static final int BACKLOG = 1024;

    /** What is done with a connection, which is closed after it. */
    interface Conversation {
        void hold(Socket socket) throws IOException, InterruptedException;
    }

    private final ServerSocket server = new ServerSocket();
    private final Conversation conversation;

    private Connections(Conversation conversation) throws IOException {
        this.conversation = conversation;
    }

    /** On loopback, any free port. */
    static Connections accept(String name, Conversation conversation) throws IOException {
        return accept(name, 0, conversation);
    }

    /** @param receiveBytes of each connection's buffer; 0 for the usual */
    static Connections accept(String name, int receiveBytes, Conversation conversation) throws IOException {
        Connections connections = new Connections(conversation);
        if (receiveBytes > 0) {
            connections.server.setReceiveBufferSize(receiveBytes);
        }
        connections.server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        Thread.ofPlatform().daemon().name(name).start(connections::accept);
        return connections;
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> hold(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void hold(Socket socket) {
        try (socket) {
            conversation.hold(socket);
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
