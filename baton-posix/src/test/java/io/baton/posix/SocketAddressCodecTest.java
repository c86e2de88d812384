package io.baton.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.SocketAddress.Inet;
import io.baton.posix.SocketAddress.UnixAbstract;
import io.baton.posix.SocketAddress.UnixPath;
import io.baton.posix.SocketAddress.UnixUnnamed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class SocketAddressCodecTest {
    private final MemorySegment memory = Arena.ofAuto().allocate(SocketAddressCodec.MAX_BYTES, 8);

    @Property
    void whatIsEncodedIsDecodedAgain(@ForAll("addresses") SocketAddress address) {
        memory.fill((byte) 0xff);

        int length = SocketAddressCodec.encode(address, memory);
        SocketAddress decoded = SocketAddressCodec.decode(memory, length);

        assertThat(length).isBetween(3, SocketAddressCodec.MAX_BYTES);
        assertThat(decoded).isEqualTo(address);
        assertThat(decoded).hasToString(address.toString());
    }

    @Property
    void anyBytesAreDecodedOrRefusedButNeverReadBeyond(
            @ForAll @Size(SocketAddressCodec.MAX_BYTES) byte[] bytes, @ForAll("families") short family) {
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        memory.set(ValueLayout.JAVA_SHORT, 0, family);

        for (int length = 0; length <= SocketAddressCodec.MAX_BYTES; length++) {
            if (SocketAddressCodec.isKnown(memory, length)) {
                assertThat(SocketAddressCodec.decode(memory, length)).isNotNull();
            } else {
                int known = length;
                assertThatThrownBy(() -> SocketAddressCodec.decode(memory, known))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("expected AF_UNIX, AF_INET or AF_INET6");
            }
        }
    }

    @Provide
    Arbitrary<Short> families() {
        return Arbitraries.of((short) 1, (short) 2, (short) 10, (short) 16, (short) 0, (short) -1);
    }

    @Provide
    Arbitrary<SocketAddress> addresses() {
        Arbitrary<Integer> port = Arbitraries.integers().between(0, 65_535);
        Arbitrary<byte[]> four = Arbitraries.bytes().array(byte[].class).ofSize(4);
        Arbitrary<byte[]> sixteen = Arbitraries.bytes().array(byte[].class).ofSize(16);
        Arbitrary<Integer> scope = Arbitraries.of(-1, 1, 2, 77);
        Arbitrary<String> name = Arbitraries.strings()
                .excludeChars('\0')
                .ofMinLength(1)
                .ofMaxLength(SocketAddressCodec.MAX_NAME_BYTES)
                .filter(SocketAddressCodecTest::fits);
        // A name that fills the address is the same padded or not, and read as not padded.
        Arbitrary<String> shorter = name.filter(text -> utf8(text).length < SocketAddressCodec.MAX_NAME_BYTES);
        return Arbitraries.oneOf(
                Combinators.combine(four, port).as(SocketAddressCodecTest::inet),
                Combinators.combine(sixteen, port, scope).as(SocketAddressCodecTest::inet6),
                name.map(UnixPath::new),
                name.map(text -> new UnixAbstract(text, false)),
                shorter.map(text -> new UnixAbstract(text, true)));
    }

    private static boolean fits(String text) {
        byte[] bytes = utf8(text);
        // A lone surrogate cannot be written in UTF-8.
        return bytes.length <= SocketAddressCodec.MAX_NAME_BYTES
                && new String(bytes, StandardCharsets.UTF_8).equals(text);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static SocketAddress inet(byte[] host, int port) {
        try {
            return new Inet(InetAddress.getByAddress(host), port);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static SocketAddress inet6(byte[] host, int port, int scope) {
        try {
            return new Inet(Inet6Address.getByAddress(null, host, scope), port);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @Example
    void anInetAddressIsLaidOutAsInTheHeader() throws UnknownHostException {
        int length =
                SocketAddressCodec.encode(new Inet(InetAddress.getByAddress(new byte[] {1, 2, 3, 4}), 0x1F90), memory);

        assertThat(memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE))
                .containsExactly(2, 0, 0x1F, 0x90, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    @Example
    void anInet6AddressIsLaidOutAsInTheHeader() throws UnknownHostException {
        InetAddress host = Inet6Address.getByAddress(
                null, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, 258);

        int length = SocketAddressCodec.encode(new Inet(host, 80), memory);

        assertThat(memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE))
                .containsExactly(
                        10, 0, 0, 80, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 2, 1, 0, 0);
    }

    @Example
    void aMappedIpv4AddressStaysIpv6() throws UnknownHostException {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 127, 0, 0, 1};
        int length = SocketAddressCodec.encode(new Inet(Inet6Address.getByAddress(null, mapped, -1), 80), memory);

        assertThat(SocketAddressCodec.decode(memory, length))
                .isInstanceOfSatisfying(
                        Inet.class, inet -> assertThat(inet.host()).isInstanceOf(Inet6Address.class));
    }

    @Example
    void anAbstractNameThatFillsTheAddressNeedsNoPadding() {
        String longest = "x".repeat(SocketAddressCodec.MAX_NAME_BYTES);

        int length = SocketAddressCodec.encode(new UnixAbstract(longest, true), memory);

        assertThat(length).isEqualTo(SocketAddressCodec.MAX_BYTES);
        assertThat(SocketAddressCodec.decode(memory, length)).isEqualTo(new UnixAbstract(longest, false));
    }

    @Example
    void noNameAtAllIsReadAsUnnamed() {
        memory.set(ValueLayout.JAVA_SHORT, 0, (short) 1);

        assertThat(SocketAddressCodec.decode(memory, 0)).isEqualTo(new UnixUnnamed());
        assertThat(SocketAddressCodec.decode(memory, 2)).isEqualTo(new UnixUnnamed());
    }

    @Example
    void aPathThatFillsTheAddressWithoutANulIsReadToItsEnd() {
        memory.fill((byte) 'p').set(ValueLayout.JAVA_SHORT, 0, (short) 1);

        assertThat(SocketAddressCodec.decode(memory, 110)).isEqualTo(new UnixPath("p".repeat(108)));
    }

    @Example
    void namesThatCannotBeSaySo() {
        assertRefused(new UnixPath("/" + "x".repeat(107)), "UNIX socket path is 108 bytes, expected at most 107: /xxx");
        assertRefused(
                new UnixAbstract("é".repeat(54), true), "abstract UNIX socket name is 108 bytes, expected at most 107");
        assertRefused(new UnixPath(""), "UNIX socket path is empty, expected 1 to 107 bytes");
        assertRefused(new UnixPath("a\0b"), "UNIX socket path has a NUL at index 1, expected none: a?b");
        assertRefused(new UnixUnnamed(), "address is that of an unnamed UNIX socket, expected one with a name");
    }

    private void assertRefused(SocketAddress address, String message) {
        assertThatThrownBy(() -> SocketAddressCodec.encode(address, memory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }
}
