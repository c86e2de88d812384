package io.baton.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
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
        return peek(Unpooled.wrappedBuffer(bytes));
    }

    static Result peek(ByteBuf bytes) {
        ByteBuf in = bytes.duplicate();
        if (in.isReadable() && in.getUnsignedByte(in.readerIndex()) != RecordHeader.HANDSHAKE) {
            return new NotTls();
        }
        if (in.readableBytes() > 1 && in.getUnsignedByte(in.readerIndex() + 1) != 3) {
            return new NotTls();
        }
        try {
            return hello(in);
        } catch (MalformedHello e) {
            return new Malformed(e.why);
        }
    }

    /** Puts the records together that the message may be cut into. */
    private static Result hello(ByteBuf in) throws MalformedHello {
        byte[] message = new byte[0];
        for (int record = 0; record < MAX_RECORDS; record++) {
            if (in.readableBytes() < RecordHeader.BYTES) {
                return new NeedMore();
            }
            int type = in.readUnsignedByte();
            int major = in.readUnsignedShort() >>> Byte.SIZE;
            int length = in.readUnsignedShort();
            expect(type == RecordHeader.HANDSHAKE && major == 3, "another record inside the ClientHello");
            expect(length > 0 && length <= MAX_HELLO, "a record of %d bytes".formatted(length));
            int there = Math.min(length, in.readableBytes());
            int before = message.length;
            message = Arrays.copyOf(message, before + there);
            in.readBytes(message, before, there);
            if (message.length >= HEAD_BYTES) {
                expect(message[0] == CLIENT_HELLO, "handshake message of type %d first".formatted(message[0]));
                int whole =
                        HEAD_BYTES + (((message[1] & 0xff) << 16) | ((message[2] & 0xff) << 8) | (message[3] & 0xff));
                expect(whole <= MAX_HELLO, "a ClientHello of %d bytes".formatted(whole));
                if (message.length >= whole) {
                    return new Hello(parse(Unpooled.wrappedBuffer(message, HEAD_BYTES, whole - HEAD_BYTES)));
                }
            }
            if (there < length) {
                return new NeedMore();
            }
        }
        throw new MalformedHello("a ClientHello in more than %d records".formatted(MAX_RECORDS));
    }

    private static ClientHello parse(ByteBuf in) throws MalformedHello {
        slice(in, VERSION_AND_RANDOM);
        slice(in, length(in, 1)); // session id
        slice(in, length(in, 2)); // cipher suites
        slice(in, length(in, 1)); // compression methods
        Optional<String> name = Optional.empty();
        List<String> protocols = List.of();
        if (in.isReadable()) {
            ByteBuf extensions = slice(in, length(in, 2));
            while (extensions.isReadable()) {
                int type = length(extensions, 2);
                ByteBuf extension = slice(extensions, length(extensions, 2));
                switch (type) {
                    case SERVER_NAME -> name = serverName(extension);
                    case ALPN -> protocols = protocols(extension);
                    default -> {} // says nothing of where it goes
                }
            }
        }
        return new ClientHello(name, protocols);
    }

    private static Optional<String> serverName(ByteBuf extension) throws MalformedHello {
        ByteBuf names = slice(extension, length(extension, 2));
        while (names.isReadable()) {
            int type = length(names, 1);
            ByteBuf name = slice(names, length(names, 2));
            if (type == 0) {
                return Optional.of(hostName(name));
            }
        }
        return Optional.empty();
    }

    private static String hostName(ByteBuf bytes) throws MalformedHello {
        String name = bytes.toString(StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        String host = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        boolean plain =
                host.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "-_.:".indexOf(c) >= 0);
        expect(!host.isEmpty() && host.length() <= MAX_NAME && plain, "a server name that is none");
        return host;
    }

    private static List<String> protocols(ByteBuf extension) throws MalformedHello {
        ByteBuf list = slice(extension, length(extension, 2));
        List<String> protocols = new ArrayList<>();
        while (list.isReadable()) {
            ByteBuf protocol = slice(list, length(list, 1));
            expect(protocol.isReadable() && protocols.size() < MAX_PROTOCOLS, "an ALPN list that is none");
            protocols.add(protocol.toString(StandardCharsets.ISO_8859_1));
        }
        return protocols;
    }

    private static int length(ByteBuf in, int bytes) throws MalformedHello {
        expect(in.readableBytes() >= bytes, "a ClientHello that ends too early");
        return bytes == 1 ? in.readUnsignedByte() : in.readUnsignedShort();
    }

    private static ByteBuf slice(ByteBuf in, int length) throws MalformedHello {
        expect(in.readableBytes() >= length, "a ClientHello that ends too early");
        return in.readSlice(length);
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
