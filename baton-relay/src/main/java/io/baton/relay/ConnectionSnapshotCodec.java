package io.baton.relay;

import io.baton.posix.SocketAddress;
import io.baton.relay.ConnectionSnapshot.Stage;
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
 * A {@link ConnectionSnapshot} in bytes, big endian, about 110 of them for a TCP connection. Version 2:
 *
 * <pre>
 * version 1 | flags 1 | tries 1 | failed 1 | id 8 | started: seconds 8, nanos 4 | age 8 | idle 8 | connect left 8
 * | up: delivered 8, in pipe 4 | down: delivered 8, in pipe 4 | listener: length 1, UTF-8 | destination: length 1, UTF-8
 * | client | upstream, unless routing | failed endpoints
 *
 * flags   relaying 1 | up: splicing 2, blocked 4, ended 8 | down: splicing 16, blocked 32, ended 64 | routing 128
 * </pre>
 *
 * Version 1, which is read and not written any more, has neither destination nor routing: a listener had one destination, called as it is. Addresses as {@link AddressCodec} writes them. Each loop has its own: not thread-safe.
 */
final class ConnectionSnapshotCodec {
    static final int VERSION = 2;
    private static final int OLDEST = 1;

    static final int MAX_NAME_BYTES = 255;
    private static final int FIXED_BYTES = 74;

    /** Longer than any, so that one who reads may refuse what is longer still. */
    static final int MAX_BYTES = FIXED_BYTES + 2 * MAX_NAME_BYTES + (2 + Connector.MAX_TRIES) * AddressCodec.MAX_BYTES;

    private static final int RELAYING = 1;
    private static final int UP_SHIFT = 1;
    private static final int DOWN_SHIFT = 4;
    private static final int SPLICING = 1;
    private static final int BLOCKED = 2;
    private static final int ENDED = 4;
    private static final int ROUTING = 128;
    private static final int FLOW_FLAGS = 7 << UP_SHIFT | 7 << DOWN_SHIFT;

    private final ByteBuffer buffer = ByteBuffer.allocate(MAX_BYTES);

    byte[] encode(ConnectionSnapshot snapshot) {
        buffer.clear();
        buffer.put((byte) VERSION);
        buffer.put((byte)
                (flag(snapshot.stage()) | flags(snapshot.up()) << UP_SHIFT | flags(snapshot.down()) << DOWN_SHIFT));
        buffer.put((byte) snapshot.tries());
        buffer.put((byte) snapshot.failed().size());
        buffer.putLong(snapshot.id());
        put(snapshot.started());
        buffer.putLong(snapshot.ageNanos());
        buffer.putLong(snapshot.idleNanos());
        buffer.putLong(snapshot.connectLeftNanos());
        put(snapshot.up());
        put(snapshot.down());
        putName(snapshot.listener());
        putName(snapshot.destination());
        AddressCodec.put(buffer, snapshot.client());
        SocketAddress upstream = snapshot.upstream();
        if (upstream != null) {
            AddressCodec.put(buffer, upstream);
        }
        for (SocketAddress endpoint : snapshot.failed()) {
            AddressCodec.put(buffer, endpoint);
        }
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    static boolean reads(int version) {
        return version >= OLDEST && version <= VERSION;
    }

    private static int flag(Stage stage) {
        return switch (stage) {
            case ROUTING -> ROUTING;
            case CONNECTING -> 0;
            case RELAYING -> RELAYING;
        };
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

    private void putName(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "name %s is %d bytes, expected at most %d".formatted(name, bytes.length, MAX_NAME_BYTES));
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
        if (!reads(bytes[0])) {
            throw new IllegalArgumentException("a relay snapshot of version %d, expected %d to %d"
                    .formatted(Byte.toUnsignedInt(bytes[0]), OLDEST, VERSION));
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
        int version = in.get();
        int flags = Byte.toUnsignedInt(in.get());
        Stage stage = stage(version, flags & ~FLOW_FLAGS);
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
        String destination = version == OLDEST ? listener : AddressCodec.text(in, Byte.toUnsignedInt(in.get()));
        SocketAddress client = AddressCodec.get(in);
        SocketAddress upstream = stage == Stage.ROUTING ? null : AddressCodec.get(in);
        List<SocketAddress> failed = new ArrayList<>();
        for (int i = 0; i < failures; i++) {
            failed.add(AddressCodec.get(in));
        }
        return new ConnectionSnapshot(
                id,
                listener,
                stage,
                destination,
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

    private static Stage stage(int version, int flags) {
        for (Stage stage : Stage.values()) {
            if (flag(stage) == flags && (stage != Stage.ROUTING || version > OLDEST)) {
                return stage;
            }
        }
        throw new IllegalArgumentException(
                "flags are %d of version %d, expected those of one stage".formatted(flags, version));
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
