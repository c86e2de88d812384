package io.baton.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.baton.posix.SocketAddress.Inet;
import io.baton.posix.SocketAddress.UnixAbstract;
import io.baton.posix.SocketAddress.UnixPath;
import io.baton.posix.SocketAddress.UnixUnnamed;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * {@code struct sockaddr} in its three forms, ip(7), ipv6(7), unix(7); lengths in bytes:
 *
 * <pre>
 * sockaddr_in   | family 2 | port 2, big endian | address 4 | zero 8                    |  = 16
 * sockaddr_in6  | family 2 | port 2, big endian | flow 4 | address 16 | scope 4         |  = 28
 * sockaddr_un   | family 2 | path, NUL                                                  | <= 110
 *               | family 2 | NUL, name          the length ends an abstract name, so    |
 *               | family 2 | NUL, name, NULs    padding makes another one; up to 110    |
 * </pre>
 */
final class SocketAddressCodec {

    /** sizeof(struct sockaddr_un), the largest. */
    static final int MAX_BYTES = 110;

    /** Bytes of a path or an abstract name: sun_path without the one NUL that ends or begins it. */
    static final int MAX_NAME_BYTES = 107;

    private static final int INET_BYTES = 16;
    private static final int INET6_BYTES = 28;
    private static final int PORT_OFFSET = 2;
    private static final int INET_ADDRESS_OFFSET = 4;
    private static final int INET6_ADDRESS_OFFSET = 8;
    private static final int INET6_SCOPE_OFFSET = 24;
    private static final int NAME_OFFSET = 2;

    private static final ValueLayout.OfShort FAMILY = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfShort PORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt SCOPE = ValueLayout.JAVA_INT_UNALIGNED;

    private SocketAddressCodec() {}

    /**
     * Writes {@code address} over the first {@link #MAX_BYTES} of {@code target}.
     *
     * @return its length in bytes
     * @throws IllegalArgumentException for a name that is too long, or no name at all
     */
    static int encode(SocketAddress address, MemorySegment target) {
        target.asSlice(0, MAX_BYTES).fill((byte) 0);
        return switch (address) {
            case Inet inet -> encodeInet(inet, target);
            case UnixPath(String path) -> encodePath(path, target);
            case UnixAbstract(String name, boolean padded) -> encodeAbstract(name, padded, target);
            case UnixUnnamed _ ->
                throw new IllegalArgumentException(
                        "address is that of an unnamed UNIX socket, expected one with a name");
        };
    }

    private static int encodeInet(Inet inet, MemorySegment target) {
        byte[] host = inet.host().getAddress();
        target.set(PORT, PORT_OFFSET, (short) inet.port());
        if (inet.host() instanceof Inet6Address inet6) {
            target.set(FAMILY, 0, (short) SocketFamily.INET6.code);
            MemorySegment.copy(host, 0, target, JAVA_BYTE, INET6_ADDRESS_OFFSET, host.length);
            target.set(SCOPE, INET6_SCOPE_OFFSET, inet6.getScopeId());
            return INET6_BYTES;
        }
        target.set(FAMILY, 0, (short) SocketFamily.INET.code);
        MemorySegment.copy(host, 0, target, JAVA_BYTE, INET_ADDRESS_OFFSET, host.length);
        return INET_BYTES;
    }

    private static int encodePath(String path, MemorySegment target) {
        byte[] bytes = nameBytes("UNIX socket path", path);
        if (bytes.length == 0) {
            throw new IllegalArgumentException(
                    "UNIX socket path is empty, expected 1 to %d bytes".formatted(MAX_NAME_BYTES));
        }
        target.set(FAMILY, 0, (short) SocketFamily.UNIX.code);
        MemorySegment.copy(bytes, 0, target, JAVA_BYTE, NAME_OFFSET, bytes.length);
        return NAME_OFFSET + bytes.length + 1;
    }

    private static int encodeAbstract(String name, boolean padded, MemorySegment target) {
        byte[] bytes = nameBytes("abstract UNIX socket name", name);
        target.set(FAMILY, 0, (short) SocketFamily.UNIX.code);
        MemorySegment.copy(bytes, 0, target, JAVA_BYTE, NAME_OFFSET + 1, bytes.length);
        return padded ? MAX_BYTES : NAME_OFFSET + 1 + bytes.length;
    }

    private static byte[] nameBytes(String what, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "%s is %d bytes, expected at most %d: %s".formatted(what, bytes.length, MAX_NAME_BYTES, name));
        }
        int nul = name.indexOf('\0');
        if (nul >= 0) {
            throw new IllegalArgumentException(
                    "%s has a NUL at index %d, expected none: %s".formatted(what, nul, name.replace('\0', '?')));
        }
        return bytes;
    }

    /** True when {@link #decode} knows the address family. */
    static boolean isKnown(MemorySegment source, int length) {
        if (length < NAME_OFFSET) {
            return true;
        }
        int family = source.get(FAMILY, 0);
        return family == SocketFamily.UNIX.code
                || (family == SocketFamily.INET.code && length >= INET_BYTES)
                || (family == SocketFamily.INET6.code && length >= INET6_BYTES);
    }

    /**
     * Reads what the kernel wrote. An abstract name that fills all 110 bytes and ends in NULs was padded; those NULs are cut off.
     * Bytes that are not UTF-8 (no name of ours) come out as replacement characters.
     *
     * @param length as the kernel gave it; 0 for the sender of a message who has no name
     */
    static SocketAddress decode(MemorySegment source, int length) {
        if (!isKnown(source, length)) {
            throw new IllegalArgumentException(
                    "address family is %d with %d bytes, expected AF_UNIX, AF_INET or AF_INET6"
                            .formatted(source.get(FAMILY, 0), length));
        }
        if (length <= NAME_OFFSET) {
            return new UnixUnnamed();
        }
        int family = source.get(FAMILY, 0);
        if (family == SocketFamily.UNIX.code) {
            return decodeUnix(bytes(source, NAME_OFFSET, Math.min(length, MAX_BYTES) - NAME_OFFSET));
        }
        int port = Short.toUnsignedInt(source.get(PORT, PORT_OFFSET));
        try {
            if (family == SocketFamily.INET.code) {
                return new Inet(InetAddress.getByAddress(bytes(source, INET_ADDRESS_OFFSET, 4)), port);
            }
            int scope = source.get(SCOPE, INET6_SCOPE_OFFSET);
            // -1 is Java's "no scope". Not InetAddress.getByAddress: it would turn ::ffff:1.2.3.4 into another family.
            byte[] host = bytes(source, INET6_ADDRESS_OFFSET, 16);
            return new Inet(Inet6Address.getByAddress(null, host, scope == 0 ? -1 : scope), port);
        } catch (UnknownHostException wrongLength) {
            throw new AssertionError("4 and 16 bytes are the right lengths", wrongLength);
        }
    }

    private static SocketAddress decodeUnix(byte[] path) {
        if (path[0] != 0) {
            int end = 0;
            while (end < path.length && path[end] != 0) {
                end++;
            }
            return new UnixPath(new String(path, 0, end, StandardCharsets.UTF_8));
        }
        int end = path.length;
        boolean full = path.length == MAX_BYTES - NAME_OFFSET;
        while (full && end > 1 && path[end - 1] == 0) {
            end--;
        }
        return new UnixAbstract(new String(path, 1, end - 1, StandardCharsets.UTF_8), end < path.length);
    }

    private static byte[] bytes(MemorySegment source, int offset, int length) {
        return source.asSlice(offset, length).toArray(JAVA_BYTE);
    }
}
