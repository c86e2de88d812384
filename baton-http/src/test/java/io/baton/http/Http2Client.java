package io.baton.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A client of single frames, which says whatever a test says, in the order it says it. */
final class Http2Client implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int ACK = 1;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;

    static final int PROTOCOL_ERROR = 1;
    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;
    static final int ENHANCE_YOUR_CALM = 11;

    @SuppressWarnings("ArrayRecordComponent") // read, never compared
    record Frame(int type, int flags, int stream, byte[] payload) {
        boolean ends() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }

        int number() {
            return ByteBuffer.wrap(payload).getInt();
        }

        /** The error of a GOAWAY. */
        int error() {
            return ByteBuffer.wrap(payload).getInt(4);
        }
    }

    /** @param reset the error of the RST_STREAM that ended it, -1 when it ended by itself */
    record Response(
            @Nullable Http2Headers head,
            String body,
            @Nullable Http2Headers trailers,
            int reset) {
        int status() {
            return head == null ? 0 : Integer.parseInt(head.status().toString());
        }
    }

    final Socket socket;
    private final DataInputStream in;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);

    /** Every frame that was read. */
    final List<Frame> frames = new ArrayList<>();

    Http2Client(int port) throws IOException {
        socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        send(SETTINGS, 0, 0);
    }

    Http2Client send(int type, int flags, int stream, byte... payload) throws IOException {
        socket.getOutputStream().write(frame(type, flags, stream, payload));
        return this;
    }

    static byte[] frame(int type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    static byte[] number(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    /** A GET of {@code path}, all of it. */
    Http2Client get(int stream, String path) throws IOException {
        return headers(stream, true, ":method", "GET", ":scheme", "http", ":path", path, ":authority", "example");
    }

    /** The head of a POST. */
    Http2Client post(int stream, String path, String... more) throws IOException {
        List<String> all =
                new ArrayList<>(List.of(":method", "POST", ":scheme", "http", ":path", path, ":authority", "example"));
        all.addAll(List.of(more));
        return headers(stream, false, all.toArray(String[]::new));
    }

    /** Names and values in turn, as they are. */
    Http2Client headers(int stream, boolean ends, String... fields) throws IOException {
        return send(HEADERS, END_HEADERS | (ends ? END_STREAM : 0), stream, block(fields));
    }

    /** RFC 7541 section 6.2.2: literals, without an index and without Huffman's code. */
    static byte[] block(String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i++) {
            if (i % 2 == 0) {
                block.write(0);
            }
            byte[] text = fields[i].getBytes(StandardCharsets.ISO_8859_1);
            int length = text.length;
            if (length < 127) {
                block.write(length);
            } else {
                block.write(127);
                for (length -= 127; length >= 128; length >>= 7) {
                    block.write((length & 127) | 128);
                }
                block.write(length);
            }
            block.writeBytes(text);
        }
        return block.toByteArray();
    }

    Http2Client data(int stream, boolean ends, byte... data) throws IOException {
        return send(DATA, ends ? END_STREAM : 0, stream, data);
    }

    /** The next frame, noted; null at the end of the connection. */
    @Nullable
    Frame read() throws IOException {
        try {
            int lengthAndType = in.readInt();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] payload = new byte[lengthAndType >>> 8];
            in.readFully(payload);
            Frame frame = new Frame(lengthAndType & 0xff, flags, stream, payload);
            frames.add(frame);
            if (frame.type() == SETTINGS && flags == 0) {
                send(SETTINGS, ACK, 0);
            }
            return frame;
        } catch (EOFException e) {
            return null;
        }
    }

    /** Reads on until such a frame. */
    Frame await(Predicate<Frame> wanted) throws IOException {
        for (Frame frame = read(); frame != null; frame = read()) {
            if (wanted.test(frame)) {
                return frame;
            }
        }
        throw new EOFException("the connection ended; there were " + frames);
    }

    Frame await(int type) throws IOException {
        boolean acknowledged = type == SETTINGS || type == PING;
        return await(frame -> frame.type() == type && !(acknowledged && (frame.flags() & ACK) != 0));
    }

    /**
     * Whether the connection ends, and a GOAWAY that came says why. None may come: who still sends when a connection is closed gets a reset,
     * which overtakes what was not read.
     */
    boolean isToldToCalmDown() {
        try {
            return await(GOAWAY).error() == ENHANCE_YOUR_CALM;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Reads on until {@code stream} has ended, and lets it send as much as it likes. */
    Response response(int stream) throws IOException, Http2Exception {
        Http2Headers head = null;
        Http2Headers trailers = null;
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            Frame frame = await(each -> each.stream() == stream);
            switch (frame.type()) {
                case HEADERS -> {
                    Http2Headers block = decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(frame.payload()));
                    if (head == null || head.status().charAt(0) == '1') {
                        head = block;
                    } else {
                        trailers = block;
                    }
                }
                case DATA -> {
                    body.writeBytes(frame.payload());
                    if (frame.payload().length > 0 && !frame.ends()) {
                        send(WINDOW_UPDATE, 0, 0, number(frame.payload().length));
                        send(WINDOW_UPDATE, 0, stream, number(frame.payload().length));
                    }
                }
                case RST_STREAM -> {
                    return new Response(head, body.toString(StandardCharsets.ISO_8859_1), trailers, frame.number());
                }
                default -> {}
            }
            if (frame.ends()) {
                return new Response(head, body.toString(StandardCharsets.ISO_8859_1), trailers, -1);
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
