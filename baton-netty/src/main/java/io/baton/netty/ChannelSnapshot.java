package io.baton.netty;

import io.baton.posix.SocketAddress;
import io.baton.spi.AddressCodec;
import io.baton.spi.Snapshot;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A connection of a {@link MigratableServer} without its socket. In bytes, big endian, each length 4:
 *
 * <pre>
 * format 1 | length, listener's name in UTF-8 | client's address | length, state | length, unread | length, unsent
 * </pre>
 *
 * The address as {@link AddressCodec} writes it. The kind's version is that of {@code state}; that of the rest is {@code format}.
 *
 * @param state as {@link ChannelState#save} gave it
 * @param unread what was read and not used
 * @param unsent what was written and not sent
 */
@SuppressWarnings("ArrayRecordComponent") // written once, read once, never compared
record ChannelSnapshot(String listener, SocketAddress client, byte[] state, byte[] unread, byte[] unsent) {
    private static final int FORMAT = 1;
    private static final int LENGTHS_BYTES = 4 * Integer.BYTES;

    /** How many bytes {@link #encode} writes at most. */
    private long maxBytes(int nameBytes) {
        return 1L + LENGTHS_BYTES + nameBytes + AddressCodec.MAX_BYTES + state.length + unread.length + unsent.length;
    }

    /** @throws java.nio.BufferOverflowException when it may be more than {@link Snapshot#MAX_BYTES} */
    byte[] encode() {
        byte[] name = listener.getBytes(StandardCharsets.UTF_8);
        if (maxBytes(name.length) > Snapshot.MAX_BYTES) {
            throw new java.nio.BufferOverflowException();
        }
        ByteBuffer out = ByteBuffer.allocate((int) maxBytes(name.length));
        out.put((byte) FORMAT);
        put(out, name);
        AddressCodec.put(out, client);
        put(out, state);
        put(out, unread);
        put(out, unsent);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static void put(ByteBuffer out, byte[] bytes) {
        out.putInt(bytes.length).put(bytes);
    }

    /** @throws IllegalArgumentException when {@code bytes} are none; the message says why */
    static ChannelSnapshot decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            int format = in.get();
            if (format != FORMAT) {
                throw new IllegalArgumentException("a channel in format %d, expected %d".formatted(format, FORMAT));
            }
            ChannelSnapshot snapshot = new ChannelSnapshot(
                    AddressCodec.text(in, length(in)), AddressCodec.get(in), bytes(in), bytes(in), bytes(in));
            if (in.hasRemaining()) {
                throw new IllegalArgumentException(
                        "%d bytes follow a channel, expected none".formatted(in.remaining()));
            }
            return snapshot;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a channel that is cut short at %d bytes".formatted(bytes.length), e);
        }
    }

    private static int length(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException(
                    "a length of %d with %d bytes left in a channel".formatted(length, in.remaining()));
        }
        return length;
    }

    private static byte[] bytes(ByteBuffer in) {
        byte[] bytes = new byte[length(in)];
        in.get(bytes);
        return bytes;
    }
}
