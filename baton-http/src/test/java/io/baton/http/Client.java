package io.baton.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A client of raw bytes, who reads responses by their framing. */
final class Client implements AutoCloseable {
    record Response(int status, String head, String body) {
        boolean has(String line) {
            return ("\r\n" + head.toLowerCase(Locale.ROOT)).contains("\r\n" + line.toLowerCase(Locale.ROOT) + "\r\n");
        }
    }

    final Socket socket;
    private final InputStream in;

    Client(int port) throws IOException {
        socket = Wire.connect(port);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
    }

    Client send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    Response get(String path) throws IOException {
        return send("GET " + path + " HTTP/1.1\r\nHost: example\r\n\r\n").read();
    }

    /** One response, interim ones too; of a body that is not delimited, all until the end. */
    Response read() throws IOException {
        return read(false);
    }

    Response read(boolean toHead) throws IOException {
        String head = headText();
        int status = Integer.parseInt(head.substring(9, 12));
        String lower = head.toLowerCase(Locale.ROOT);
        String body = "";
        if (toHead || status < 200 || status == 204 || status == 304) {
            return new Response(status, head, body);
        }
        if (lower.contains("transfer-encoding: chunked")) {
            body = chunks();
        } else if (lower.contains("content-length:")) {
            int from = lower.indexOf("content-length:") + 15;
            int length = Integer.parseInt(
                    lower.substring(from, lower.indexOf("\r\n", from)).strip());
            body = new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
        } else {
            body = rest();
        }
        return new Response(status, head, body);
    }

    private String headText() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("the connection ended within a head: " + head);
            }
            head.write(octet);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** The data, and trailers in angle brackets. */
    private String chunks() throws IOException {
        StringBuilder body = new StringBuilder();
        while (true) {
            int size = Integer.parseInt(line(), 16);
            if (size == 0) {
                for (String trailer = line(); !trailer.isEmpty(); trailer = line()) {
                    body.append('<').append(trailer).append('>');
                }
                return body.toString();
            }
            body.append(new String(in.readNBytes(size), StandardCharsets.ISO_8859_1));
            line();
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new IOException("the connection ended within a line: " + line);
            }
            line.append((char) octet);
        }
        return line.toString().stripTrailing();
    }

    /** All until the end. */
    String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    boolean atEnd() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
        if (!socket.isClosed()) {
            socket.setSoTimeout(100); // or Java's TLS waits for an answer for as long as it would for anything else
        }
        socket.close();
    }
}
