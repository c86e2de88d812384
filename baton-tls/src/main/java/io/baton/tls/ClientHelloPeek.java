package io.baton.tls;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads a ClientHello (RFC 8446 section 4.1.2, RFC 6066 section 3, RFC 7301) out of the first bytes of a connection. A pure function. */
public final class ClientHelloPeek {
    /** As much as BoringSSL takes, and the headers of the records that it may be cut into. */
    public static final int MAX_BYTES = 20 << 10;

    private static final int MAX_HELLO = 1 << 14;
    private static final int MAX_RECORDS = 64;
    private static final int CLIENT_HELLO = 1;
    private static final int MAJOR_VERSION = 3;
    private static final int HEAD_BYTES = 4;
    private static final int VERSION_AND_RANDOM = 34;
    private static final int SERVER_NAME = 0;
    private static final int ALPN = 16;
    private static final int MAX_NAME = 255;
    private static final int MAX_PROTOCOLS = 64;

    /** What the bytes are. */
    public sealed interface Result {}

    /** A ClientHello. */
    public record Hello(ClientHello hello) implements Result {}

    /** The beginning of what could be one. */
    public record NeedMore() implements Result {}

    /** Of another protocol. */
    public record NotTls() implements Result {}

    /** TLS, but nothing that a server may go on with. */
    public record Malformed(String why) implements Result {}

    private ClientHelloPeek() {}

    /**
     * Looks at what has come so far.
     *
     * @param bytes not changed; more than {@link #MAX_BYTES} of them never need more
     */
    public static Result peek(byte[] bytes) {
        return peek(ByteBuffer.wrap(bytes));
    }

    static Result peek(ByteBuf bytes) {
        return peek(bytes.nioBuffer());
    }

    /**
     * As {@link #peek(byte[])}.
     *
     * @param bytes from its position to its limit; neither they nor it are changed
     */
    public static Result peek(ByteBuffer bytes) {
        ByteBuffer in = bytes.slice(); // which is big endian, as TLS is
        if (in.hasRemaining() && in.get(0) != RecordHeader.HANDSHAKE) {
            return new NotTls();
        }
        if (in.remaining() > 1 && in.get(1) != MAJOR_VERSION) {
            return new NotTls();
        }
        try {
            return hello(in);
        } catch (MalformedHello e) {
            return new Malformed(e.why);
        }
    }

    /** Puts the records together that the message may be cut into. */
    private static Result hello(ByteBuffer in) throws MalformedHello {
        byte[] message = new byte[0];
        for (int record = 0; record < MAX_RECORDS; record++) {
            if (in.remaining() < RecordHeader.BYTES) {
                return new NeedMore();
            }
            int type = length(in, 1);
            int major = length(in, 2) >>> Byte.SIZE;
            int length = length(in, 2);
            expect(type == RecordHeader.HANDSHAKE && major == MAJOR_VERSION, "another record inside the ClientHello");
            if (length == 0 || length > MAX_HELLO) {
                throw new MalformedHello("a record of %d bytes".formatted(length));
            }
            int there = Math.min(length, in.remaining());
            int before = message.length;
            message = Arrays.copyOf(message, before + there);
            in.get(message, before, there);
            if (message.length >= HEAD_BYTES) {
                int whole = wholeBytes(message);
                if (message.length >= whole) {
                    return new Hello(parse(ByteBuffer.wrap(message, HEAD_BYTES, whole - HEAD_BYTES)));
                }
            }
            if (there < length) {
                return new NeedMore();
            }
        }
        throw new MalformedHello("a ClientHello in more than %d records".formatted(MAX_RECORDS));
    }

    /** What the message says of its length, its head included. */
    private static int wholeBytes(byte[] message) throws MalformedHello {
        if (message[0] != CLIENT_HELLO) {
            throw new MalformedHello("handshake message of type %d first".formatted(message[0]));
        }
        int whole = HEAD_BYTES + (((message[1] & 0xff) << 16) | ((message[2] & 0xff) << 8) | (message[3] & 0xff));
        if (whole > MAX_HELLO) {
            throw new MalformedHello("a ClientHello of %d bytes".formatted(whole));
        }
        return whole;
    }

    private static ClientHello parse(ByteBuffer in) throws MalformedHello {
        slice(in, VERSION_AND_RANDOM);
        slice(in, length(in, 1)); // session id
        slice(in, length(in, 2)); // cipher suites
        slice(in, length(in, 1)); // compression methods
        Optional<String> name = Optional.empty();
        List<String> protocols = List.of();
        if (in.hasRemaining()) {
            ByteBuffer extensions = slice(in, length(in, 2));
            while (extensions.hasRemaining()) {
                int type = length(extensions, 2);
                ByteBuffer extension = slice(extensions, length(extensions, 2));
                switch (type) {
                    case SERVER_NAME -> name = serverName(extension);
                    case ALPN -> protocols = protocols(extension);
                    default -> {} // says nothing of where it goes
                }
            }
        }
        return new ClientHello(name, protocols);
    }

    private static Optional<String> serverName(ByteBuffer extension) throws MalformedHello {
        ByteBuffer names = slice(extension, length(extension, 2));
        while (names.hasRemaining()) {
            int type = length(names, 1);
            ByteBuffer name = slice(names, length(names, 2));
            if (type == 0) {
                return Optional.of(hostName(name));
            }
        }
        return Optional.empty();
    }

    private static String hostName(ByteBuffer bytes) throws MalformedHello {
        String name = text(bytes).toLowerCase(Locale.ROOT);
        String host = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        boolean plain =
                host.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "-_.:".indexOf(c) >= 0);
        expect(!host.isEmpty() && host.length() <= MAX_NAME && plain, "a server name that is none");
        return host;
    }

    private static List<String> protocols(ByteBuffer extension) throws MalformedHello {
        ByteBuffer list = slice(extension, length(extension, 2));
        List<String> protocols = new ArrayList<>();
        while (list.hasRemaining()) {
            ByteBuffer protocol = slice(list, length(list, 1));
            expect(protocol.hasRemaining() && protocols.size() < MAX_PROTOCOLS, "an ALPN list that is none");
            protocols.add(text(protocol));
        }
        return protocols;
    }

    private static int length(ByteBuffer in, int bytes) throws MalformedHello {
        expect(in.remaining() >= bytes, "a ClientHello that ends too early");
        return bytes == 1 ? Byte.toUnsignedInt(in.get()) : Short.toUnsignedInt(in.getShort());
    }

    private static ByteBuffer slice(ByteBuffer in, int length) throws MalformedHello {
        expect(in.remaining() >= length, "a ClientHello that ends too early");
        ByteBuffer slice = in.slice(in.position(), length);
        in.position(in.position() + length);
        return slice;
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.ISO_8859_1.decode(bytes).toString();
    }

    private static void expect(boolean holds, String otherwise) throws MalformedHello {
        if (!holds) {
            throw new MalformedHello(otherwise);
        }
    }

    private static final class MalformedHello extends Exception {
        private static final long serialVersionUID = 1L;

        private final String why;

        MalformedHello(String why) {
            super(why);
            this.why = why;
        }
    }
}
