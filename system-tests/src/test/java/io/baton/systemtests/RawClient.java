package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A client that sends what it is told to, sense or not, and reads answers to the letter. */
final class RawClient implements AutoCloseable {
    /** An answer; {@code head} are the lines behind the first, {@code text} is the body, a character for each byte. */
    record Answer(int status, List<String> head, String text) {
        byte[] body() {
            return text.getBytes(ISO_8859_1);
        }

        List<String> values(String name) {
            return head.stream()
                    .filter(field -> field.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(field -> field.substring(name.length() + 1).strip())
                    .toList();
        }

        boolean closes() {
            return values("connection").stream().anyMatch("close"::equalsIgnoreCase);
        }
    }

    private static final int TIMEOUT_MS = 40_000;

    private final Socket socket;
    private final InputStream in;

    RawClient(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** @param connected closed with this */
    RawClient(Socket connected) throws IOException {
        socket = connected;
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
    }

    /** One whose kernel takes in little of what it does not read. */
    static RawClient withSmallBuffer(int port) throws IOException {
        RawClient client = new RawClient(port);
        client.socket.setReceiveBufferSize(4096);
        return client;
    }

    RawClient send(String text) throws IOException {
        return send(text.getBytes(ISO_8859_1));
    }

    RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    RawClient get(String target) throws IOException {
        return send("GET " + target + " HTTP/1.1\r\nHost: test.example\r\n\r\n");
    }

    /** The answer to a request that was not HEAD. */
    Answer read() throws IOException {
        return read(false);
    }

    Answer read(boolean toHead) throws IOException {
        String first = line();
        if (!first.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
            throw new IOException("an answer begins with " + RecordingOrigin.quoted(first));
        }
        int status = Integer.parseInt(first.substring(9, 12));
        List<String> head = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            head.add(line);
        }
        Answer bare = new Answer(status, List.copyOf(head), "");
        return toHead || status < 200 || status == 204 || status == 304
                ? bare
                : new Answer(status, bare.head(), new String(body(bare), ISO_8859_1));
    }

    private byte[] body(Answer answer) throws IOException {
        List<String> lengths = answer.values("content-length");
        if (answer.values("transfer-encoding").contains("chunked")) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (int size = chunk(); size > 0; size = chunk()) {
                body.write(exactly(size));
                line();
            }
            while (!line().isEmpty()) {
                // a trailer
            }
            return body.toByteArray();
        }
        return lengths.isEmpty() ? in.readAllBytes() : exactly(Integer.parseInt(lengths.getFirst()));
    }

    private int chunk() throws IOException {
        return Integer.parseInt(line().replaceFirst(";.*", ""), 16);
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("%,d of %,d bytes of a body".formatted(bytes.length, length));
        }
        return bytes;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection ends after " + RecordingOrigin.quoted(line));
            }
            line.append((char) b);
        }
        if (line.isEmpty() || line.charAt(line.length() - 1) != '\r') {
            throw new IOException("a line without CR: " + RecordingOrigin.quoted(line));
        }
        return line.substring(0, line.length() - 1);
    }

    /** Reads so much and no more, of whatever there is. */
    void readSome(int bytes) throws IOException {
        exactly(bytes);
    }

    /** Waits for the other side's end, by FIN or RST; false when something else comes. */
    boolean ends() {
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true; // reset
        }
    }

    /** Closes before the test ends. */
    void hangUp() throws IOException {
        close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
