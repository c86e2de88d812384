package io.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example of the documentation, in processes of its own: one connection, several servers, whatever byte it is at. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class FrameServerTest {
    private static final int HANDOVERS = 3;
    private static final int BUSY = 8;
    private static final String TEXT = "cut anywhere";
    private static final byte[] FRAME = frame(TEXT);

    private static byte[] frame(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(Integer.BYTES + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    /** One connection for all its life; each answer must say how many frames it has sent. */
    private static final class Client implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream input;
        private int frames;

        Client(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(10_000);
            input = new DataInputStream(socket.getInputStream());
        }

        void write(int from, int to) throws IOException {
            socket.getOutputStream().write(FRAME, from, to - from);
        }

        void readAnswer() throws IOException {
            byte[] answer = new byte[input.readInt()];
            input.readFully(answer);
            frames++;
            assertThat(ByteBuffer.wrap(answer).getInt()).isEqualTo(frames);
            assertThat(new String(answer, Integer.BYTES, answer.length - Integer.BYTES, StandardCharsets.US_ASCII))
                    .isEqualTo(TEXT);
        }

        /** In two parts, which the server reads one by one or together. */
        String exchange() throws IOException {
            int cut = frames % FRAME.length;
            write(0, cut);
            write(cut, FRAME.length);
            readAnswer();
            return "somebody";
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void connectionsGoOnInTheNextProcessCutAtEveryByte() throws Exception {
        List<Client> busy = new ArrayList<>();
        List<Client> cut = new ArrayList<>();
        try (Generations generations = new Generations(FrameServer.class)) {
            for (int i = 0; i < BUSY; i++) {
                busy.add(new Client(generations.port));
            }
            for (int at = 0; at <= FRAME.length; at++) {
                cut.add(new Client(generations.port));
            }
            try (Load load = new Load(BUSY, number -> busy.get(number).exchange())) {
                for (int i = 0; i < HANDOVERS; i++) {
                    for (int at = 0; at < cut.size(); at++) {
                        cut.get(at).write(0, at);
                    }
                    load.awaitMore(200);
                    generations.restart();
                    for (int at = 0; at < cut.size(); at++) {
                        cut.get(at).write(at, FRAME.length);
                        cut.get(at).readAnswer();
                    }
                    load.awaitMore(200);
                }
                assertThat(load.failures()).as(generations::output).isEmpty();
            }
        } finally {
            for (Client client : busy) {
                client.close();
            }
            for (Client client : cut) {
                client.close();
            }
        }
    }
}
