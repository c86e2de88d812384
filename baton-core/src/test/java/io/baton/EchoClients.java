package io.baton;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Clients of an {@link EchoMain}, connected all the while. */
final class EchoClients implements AutoCloseable {
    private static final int PATIENCE_MS = 3_000;

    private final List<Socket> sockets = new ArrayList<>();

    /** What a client sees of its connection after all. */
    enum Seen {
        ECHO,
        ENDED,
        HUNG,
        WRONG
    }

    void connect(int port, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            sockets.add(new Socket(InetAddress.getLoopbackAddress(), port));
        }
    }

    /** Each says something and sees what comes back; after one that hangs the others are not asked. */
    Map<Seen, Integer> look() {
        Map<Seen, Integer> all = new EnumMap<>(Seen.class);
        for (int i = 0; i < sockets.size() && all.getOrDefault(Seen.HUNG, 0) == 0; i++) {
            all.merge(look(sockets.get(i), "%05d".formatted(i)), 1, Integer::sum);
        }
        return all;
    }

    private static Seen look(Socket client, String word) {
        byte[] said = word.getBytes(StandardCharsets.US_ASCII);
        try {
            client.setSoTimeout(PATIENCE_MS);
            client.getOutputStream().write(said);
            byte[] heard = client.getInputStream().readNBytes(said.length);
            return heard.length < said.length ? Seen.ENDED : Arrays.equals(said, heard) ? Seen.ECHO : Seen.WRONG;
        } catch (SocketTimeoutException e) {
            return Seen.HUNG;
        } catch (IOException e) {
            return Seen.ENDED;
        }
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
