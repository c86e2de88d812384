package io.baton.spi;

import io.baton.posix.SocketAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Socket addresses in a {@link Snapshot}, for the formats that data paths define, big endian:
 *
 * <pre>
 * 0                                      a UNIX socket without a name
 * 1 | length 2 | UTF-8                   a path
 * 2 | length 2 | UTF-8                   an abstract name; 3 when it is padded with NULs
 * 4 | address 4 | port 2                 IPv4
 * 6 | address 16 | scope 4 | port 2      IPv6; scope 0 for none
 * </pre>
 */
public final class AddressCodec {
    private static final int UNNAMED = 0;
    private static final int PATH = 1;
    private static final int ABSTRACT = 2;
    private static final int PADDED = 3;
    private static final int INET = 4;
    private static final int INET6 = 6;

    private static final int INET_BYTES = 4;
    private static final int INET6_BYTES = 16;

    /** A name of 107 bytes that were not UTF-8 is read from the kernel as so many replacement characters of three bytes each. */
    private static final int MAX_NAME_BYTES = 3 * 108;

    /** No address takes more. */
    public static final int MAX_BYTES = 3 + MAX_NAME_BYTES;

    private AddressCodec() {}

    /**
     * Writes it.
     *
     * @throws java.nio.BufferOverflowException when there is no room for it
     */
    public static void put(ByteBuffer out, SocketAddress address) {
        switch (address) {
            case SocketAddress.UnixUnnamed _ -> out.put((byte) UNNAMED);
            case SocketAddress.UnixPath(String path) -> putName(out, PATH, path);
            case SocketAddress.UnixAbstract(String name, boolean padded) ->
                putName(out, padded ? PADDED : ABSTRACT, name);
            case SocketAddress.Inet(InetAddress host, int port) -> {
                out.put((byte) (host instanceof Inet6Address ? INET6 : INET));
                out.put(host.getAddress());
                if (host instanceof Inet6Address inet6) {
                    out.putInt(inet6.getScopeId());
                }
                out.putShort((short) port);
            }
        }
    }

    private static void putName(ByteBuffer out, int tag, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "a UNIX socket's name is %d bytes, expected at most %d".formatted(bytes.length, MAX_NAME_BYTES));
        }
        out.put((byte) tag).putShort((short) bytes.length).put(bytes);
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when it is none
     * @throws java.nio.BufferUnderflowException when it is cut short
     */
    public static SocketAddress get(ByteBuffer in) {
        int tag = in.get();
        return switch (tag) {
            case UNNAMED -> new SocketAddress.UnixUnnamed();
            case PATH -> new SocketAddress.UnixPath(name(in));
            case ABSTRACT -> new SocketAddress.UnixAbstract(name(in), false);
            case PADDED -> new SocketAddress.UnixAbstract(name(in), true);
            case INET -> inet(in);
            case INET6 -> inet6(in);
            default -> throw new IllegalArgumentException("an address of kind " + tag);
        };
    }

    private static SocketAddress inet(ByteBuffer in) {
        byte[] host = bytes(in, INET_BYTES);
        try {
            return new SocketAddress.Inet(InetAddress.getByAddress(host), Short.toUnsignedInt(in.getShort()));
        } catch (UnknownHostException e) {
            throw new AssertionError("4 bytes are the right length", e);
        }
    }

    private static SocketAddress inet6(ByteBuffer in) {
        byte[] host = bytes(in, INET6_BYTES);
        int scope = in.getInt();
        if (scope < 0) {
            throw new IllegalArgumentException("an IPv6 scope of " + scope);
        }
        try {
            // Not InetAddress.getByAddress: it would turn ::ffff:1.2.3.4 into another family. -1 is Java's "no scope".
            InetAddress address = Inet6Address.getByAddress(null, host, scope == 0 ? -1 : scope);
            return new SocketAddress.Inet(address, Short.toUnsignedInt(in.getShort()));
        } catch (UnknownHostException e) {
            throw new AssertionError("16 bytes are the right length", e);
        }
    }

    private static String name(ByteBuffer in) {
        int length = Short.toUnsignedInt(in.getShort());
        if (length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException("a UNIX socket's name of %d bytes".formatted(length));
        }
        return text(in, length);
    }

    /**
     * The next {@code length} bytes as a text.
     *
     * @param length of as many bytes as {@code in} has, at most
     * @throws IllegalArgumentException when it is not UTF-8
     * @throws java.nio.BufferUnderflowException when it is cut short
     */
    public static String text(ByteBuffer in, int length) {
        byte[] bytes = bytes(in, length);
        for (byte one : bytes) {
            if (one < 0) {
                return utf8(bytes);
            }
        }
        return new String(bytes, StandardCharsets.US_ASCII); // as nearly always, and without a decoder
    }

    private static String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a text that is not UTF-8", e);
        }
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        if (length > in.remaining()) {
            throw new java.nio.BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
