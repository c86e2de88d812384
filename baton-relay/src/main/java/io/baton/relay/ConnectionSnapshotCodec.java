package io.baton.relay;

import io.baton.posix.SocketAddress;
import io.baton.spi.AddressCodec;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A {@link ConnectionSnapshot} in bytes, big endian, about 110 of them for a TCP connection:
 *
 * <pre>
 * version 1 | flags 1 | tries 1 | failed 1 | id 8 | started: seconds 8, nanos 4 | age 8 | idle 8 | connect left 8
 * | up: delivered 8, in pipe 4 | down: delivered 8, in pipe 4 | listener: length 1, UTF-8 | client | upstream | failed endpoints
 *
 * flags   relaying 1 | up: splicing 2, blocked 4, ended 8 | down: splicing 16, blocked 32, ended 64
 * </pre>
 *
 * Addresses as {@link AddressCodec} writes them. Each loop has its own: not thread-safe.
 */
final class ConnectionSnapshotCodec {
    static final int VERSION = 1;

    static final int MAX_LISTENER_BYTES = 255;
    private static final int FIXED_BYTES = 73;

    /** Longer than any, so that one who reads may refuse what is longer still. */
    static final int MAX_BYTES = FIXED_BYTES + MAX_LISTENER_BYTES + (2 + Connector.MAX_TRIES) * AddressCodec.MAX_BYTES;

    private static final int RELAYING = 1;
    private static final int UP_SHIFT = 1;
    private static final int DOWN_SHIFT = 4;
    private static final int SPLICING = 1;
    private static final int BLOCKED = 2;
    private static final int ENDED = 4;
    private static final int ALL_FLAGS = 127;

    private final ByteBuffer buffer = ByteBuffer.allocate(MAX_BYTES);

    byte[] encode(ConnectionSnapshot snapshot) {
        buffer.clear();
        buffer.put((byte) VERSION);
        buffer.put((byte) ((snapshot.relaying() ? RELAYING : 0)
                | flags(snapshot.up()) << UP_SHIFT
                | flags(snapshot.down()) << DOWN_SHIFT));
        buffer.put((byte) snapshot.tries());
        buffer.put((byte) snapshot.failed().size());
        buffer.putLong(snapshot.id());
        put(snapshot.started());
        buffer.putLong(snapshot.ageNanos());
        buffer.putLong(snapshot.idleNanos());
        buffer.putLong(snapshot.connectLeftNanos());
        put(snapshot.up());
        put(snapshot.down());
        putListener(snapshot.listener());
        AddressCodec.put(buffer, snapshot.client());
        AddressCodec.put(buffer, snapshot.upstream());
        for (SocketAddress endpoint : snapshot.failed()) {
            AddressCodec.put(buffer, endpoint);
        }
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    private static int flags(FlowSnapshot flow) {
        return (flow.splicing() ? SPLICING : 0) | (flow.blocked() ? BLOCKED : 0) | (flow.ended() ? ENDED : 0);
    }

    private void put(Instant instant) {
        buffer.putLong(instant.getEpochSecond());
        buffer.putInt(instant.getNano());
    }

    private void put(FlowSnapshot flow) {
        buffer.putLong(flow.bytesDelivered());
        buffer.putInt(flow.bytesInPipe());
    }

    private void putListener(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_LISTENER_BYTES) {
            throw new IllegalArgumentException(
                    "listener %s is %d bytes, expected at most %d".formatted(name, bytes.length, MAX_LISTENER_BYTES));
        }
        buffer.put((byte) bytes.length);
        buffer.put(bytes);
    }

    /** @throws IllegalArgumentException when {@code bytes} are not a snapshot of a connection; the message says why */
    static ConnectionSnapshot decode(byte[] bytes) {
        if (bytes.length == 0 || bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a relay snapshot of %d bytes, expected 1 to %d".formatted(bytes.length, MAX_BYTES));
        }
        if (bytes[0] != VERSION) {
            throw new IllegalArgumentException(
                    "a relay snapshot of version %d, expected %d".formatted(Byte.toUnsignedInt(bytes[0]), VERSION));
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            ConnectionSnapshot snapshot = read(in);
            if (in.hasRemaining()) {
                throw new IllegalArgumentException("%d bytes follow, expected none".formatted(in.remaining()));
            }
            return snapshot;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a relay snapshot that ends at byte %d".formatted(bytes.length), e);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IllegalArgumentException("a relay snapshot that makes no sense: " + e.getMessage(), e);
        }
    }

    private static ConnectionSnapshot read(ByteBuffer in) {
        byte _ = in.get();
        int flags = in.get();
        if ((flags & ~ALL_FLAGS) != 0) {
            throw new IllegalArgumentException("flags are %d, expected 0 to %d".formatted(flags, ALL_FLAGS));
        }
        int tries = Byte.toUnsignedInt(in.get());
        int failures = Byte.toUnsignedInt(in.get());
        long id = in.getLong();
        Instant started = Instant.ofEpochSecond(in.getLong(), nanos(in.getInt()));
        long ageNanos = in.getLong();
        long idleNanos = in.getLong();
        long connectLeftNanos = in.getLong();
        FlowSnapshot up = flow(in, flags >>> UP_SHIFT);
        FlowSnapshot down = flow(in, flags >>> DOWN_SHIFT);
        String listener = AddressCodec.text(in, Byte.toUnsignedInt(in.get()));
        SocketAddress client = AddressCodec.get(in);
        SocketAddress upstream = AddressCodec.get(in);
        List<SocketAddress> failed = new ArrayList<>();
        for (int i = 0; i < failures; i++) {
            failed.add(AddressCodec.get(in));
        }
        return new ConnectionSnapshot(
                id,
                listener,
                (flags & RELAYING) != 0,
                client,
                upstream,
                started,
                ageNanos,
                idleNanos,
                connectLeftNanos,
                tries,
                failed,
                up,
                down);
    }

    private static int nanos(int nanos) {
        if (nanos < 0 || nanos > 999_999_999) {
            throw new IllegalArgumentException("nanos of a second are %d".formatted(nanos));
        }
        return nanos;
    }

    private static FlowSnapshot flow(ByteBuffer in, int flags) {
        return new FlowSnapshot(
                in.getLong(), in.getInt(), (flags & SPLICING) != 0, (flags & BLOCKED) != 0, (flags & ENDED) != 0);
    }
}
