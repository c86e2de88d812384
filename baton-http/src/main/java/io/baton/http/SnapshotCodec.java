package io.baton.http;

import io.baton.posix.SocketAddress;
import io.baton.spi.AddressCodec;
import io.baton.spi.ConnectionKind;
import io.baton.spi.Snapshot;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A {@link ConnectionSnapshot} in bytes, big endian:
 *
 * <pre>
 * version 1 | flags 1 | id 8 | requests 8 | deadline 8 | listener text | client, local address | unread, unsent, tls bytes
 * | record, if flags has 1 | exchange, if flags has 2
 *
 * record    started: seconds 8, nanos 4 | age 8 | attempts 4 | status 2 | request 8 | response 8 | flags 1
 *           | method, host, path text | cluster text, if flags has 2 | upstream address, if flags has 4
 *           flags: HTTP/1.0 1
 * exchange  state 1 | flags 1 | request, response place | unread, unsent, tls bytes
 *           state: index in {@code STATES}. flags: HEAD 1, HTTP/1.0 2, keep-alive 4, upgrade 8, closing 16, upstream kept 32,
 *           response chunked 64, CONNECT 128
 * place     kind 1 (index in {@code PLACES}) | left 8 | fields 4 | extra 4
 * text      length 4 | UTF-8
 * bytes     length 4 | bytes
 * </pre>
 *
 * Addresses as {@link AddressCodec} writes them. Each loop has its own: not thread-safe.
 */
final class SnapshotCodec {
    static final ConnectionKind KIND = new ConnectionKind("http1", 1);

    private static final int RECORD = 1;
    private static final int EXCHANGE = 2;
    private static final int HTTP10 = 1;
    private static final int CLUSTER = 2;
    private static final int UPSTREAM = 4;
    private static final List<ExchangeState> STATES = List.of(
            ExchangeState.CONNECTING,
            ExchangeState.SENDING,
            ExchangeState.AWAITING,
            ExchangeState.EARLY,
            ExchangeState.RESPONDING,
            ExchangeState.TUNNEL,
            ExchangeState.ENDED);
    private static final List<BodyPlace.Kind> PLACES = List.of(
            BodyPlace.Kind.BETWEEN,
            BodyPlace.Kind.LENGTH,
            BodyPlace.Kind.CHUNK_SIZE,
            BodyPlace.Kind.CHUNK_DATA,
            BodyPlace.Kind.CHUNK_END,
            BodyPlace.Kind.LAST_CHUNK,
            BodyPlace.Kind.UNTIL_CLOSE,
            BodyPlace.Kind.ELSEWHERE);

    private final ByteBuffer buffer = ByteBuffer.allocate(Snapshot.MAX_BYTES);

    /** @throws java.nio.BufferOverflowException when it is more than {@link Snapshot#MAX_BYTES} */
    byte[] encode(ConnectionSnapshot snapshot) {
        buffer.clear();
        buffer.put((byte) KIND.version());
        buffer.put((byte) ((snapshot.record().isPresent() ? RECORD : 0)
                | (snapshot.exchange().isPresent() ? EXCHANGE : 0)));
        buffer.putLong(snapshot.id()).putLong(snapshot.requests()).putLong(snapshot.deadlineLeftNanos());
        put(snapshot.listener());
        AddressCodec.put(buffer, snapshot.client());
        AddressCodec.put(buffer, snapshot.local());
        put(snapshot.unread());
        put(snapshot.unsent());
        put(snapshot.tls());
        snapshot.record().ifPresent(this::put);
        snapshot.exchange().ifPresent(this::put);
        byte[] bytes = Arrays.copyOf(buffer.array(), buffer.position());
        Arrays.fill(buffer.array(), 0, buffer.position(), (byte) 0); // there may be keys in it
        return bytes;
    }

    private void put(RecordSnapshot request) {
        Instant started = request.started();
        buffer.putLong(started.getEpochSecond());
        buffer.putInt(started.getNano());
        buffer.putLong(request.ageNanos()).putInt(request.attempts()).putShort((short) request.status());
        buffer.putLong(request.requestBytes()).putLong(request.responseBytes());
        buffer.put((byte) ((request.http10() ? HTTP10 : 0)
                | (request.cluster().isPresent() ? CLUSTER : 0)
                | (request.upstream().isPresent() ? UPSTREAM : 0)));
        put(request.method());
        put(request.host());
        put(request.path());
        request.cluster().ifPresent(this::put);
        request.upstream().ifPresent(address -> AddressCodec.put(buffer, address));
    }

    private void put(ExchangeSnapshot exchange) {
        buffer.put((byte) STATES.indexOf(exchange.state()));
        ExchangeTerms terms = exchange.terms();
        buffer.put((byte) bits(
                terms.head(),
                terms.http10(),
                terms.keepAlive(),
                terms.upgrade(),
                exchange.closing(),
                exchange.upstreamKept(),
                exchange.responseChunked(),
                terms.connect()));
        put(exchange.request());
        put(exchange.response());
        put(exchange.unread());
        put(exchange.unsent());
        put(exchange.tls());
    }

    private static int bits(boolean... flags) {
        int bits = 0;
        for (int i = 0; i < flags.length; i++) {
            bits |= flags[i] ? 1 << i : 0;
        }
        return bits;
    }

    private void put(BodyPlace place) {
        buffer.put((byte) PLACES.indexOf(place.kind()))
                .putLong(place.left())
                .putInt(place.fields())
                .putInt(place.extra());
    }

    private void put(String text) {
        put(text.getBytes(StandardCharsets.UTF_8));
    }

    private void put(byte[] bytes) {
        buffer.putInt(bytes.length).put(bytes);
    }

    /** @throws IllegalArgumentException when {@code bytes} are not a snapshot of a connection; the message says why */
    static ConnectionSnapshot decode(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] != KIND.version()) {
            throw new IllegalArgumentException(
                    "%d bytes that are no snapshot of kind %s".formatted(bytes.length, KIND));
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            ConnectionSnapshot snapshot = connection(in);
            if (in.hasRemaining()) {
                throw new IllegalArgumentException("%d bytes follow, expected none".formatted(in.remaining()));
            }
            return snapshot;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a snapshot of kind %s is cut short".formatted(KIND), e);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IllegalArgumentException(
                    "a snapshot of kind %s makes no sense: %s".formatted(KIND, e.getMessage()), e);
        }
    }

    private static ConnectionSnapshot connection(ByteBuffer in) {
        byte _ = in.get();
        int flags = flags(in, RECORD | EXCHANGE);
        long id = in.getLong();
        long requests = in.getLong();
        long deadlineLeftNanos = in.getLong();
        String listener = text(in);
        SocketAddress client = AddressCodec.get(in);
        SocketAddress local = AddressCodec.get(in);
        return new ConnectionSnapshot(
                id,
                listener,
                client,
                local,
                requests,
                deadlineLeftNanos,
                bytes(in),
                bytes(in),
                bytes(in),
                (flags & RECORD) == 0 ? Optional.empty() : Optional.of(request(in)),
                (flags & EXCHANGE) == 0 ? Optional.empty() : Optional.of(exchange(in)));
    }

    private static RecordSnapshot request(ByteBuffer in) {
        Instant started = Instant.ofEpochSecond(in.getLong(), nanos(in.getInt()));
        long ageNanos = in.getLong();
        int attempts = in.getInt();
        int status = in.getShort();
        long requestBytes = in.getLong();
        long responseBytes = in.getLong();
        int flags = flags(in, HTTP10 | CLUSTER | UPSTREAM);
        return new RecordSnapshot(
                started,
                ageNanos,
                text(in),
                text(in),
                text(in),
                (flags & HTTP10) != 0,
                (flags & CLUSTER) == 0 ? Optional.empty() : Optional.of(text(in)),
                (flags & UPSTREAM) == 0 ? Optional.empty() : Optional.of(AddressCodec.get(in)),
                attempts,
                status,
                requestBytes,
                responseBytes);
    }

    private static ExchangeSnapshot exchange(ByteBuffer in) {
        ExchangeState state = STATES.get(index(in, STATES.size()));
        int flags = flags(in, 255);
        return new ExchangeSnapshot(
                state,
                new ExchangeTerms(
                        (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, (flags & 8) != 0, (flags & 128) != 0),
                (flags & 16) != 0,
                (flags & 32) != 0,
                (flags & 64) != 0,
                place(in),
                place(in),
                bytes(in),
                bytes(in),
                bytes(in));
    }

    private static BodyPlace place(ByteBuffer in) {
        return new BodyPlace(PLACES.get(index(in, PLACES.size())), in.getLong(), in.getInt(), in.getInt());
    }

    private static int index(ByteBuffer in, int length) {
        int index = Byte.toUnsignedInt(in.get());
        if (index >= length) {
            throw new IllegalArgumentException("a state of %d, expected 0 to %d".formatted(index, length - 1));
        }
        return index;
    }

    private static int flags(ByteBuffer in, int known) {
        int flags = Byte.toUnsignedInt(in.get());
        if ((flags & ~known) != 0) {
            throw new IllegalArgumentException("flags are %d, expected some of %d".formatted(flags, known));
        }
        return flags;
    }

    private static int nanos(int nanos) {
        if (nanos < 0 || nanos > 999_999_999) {
            throw new IllegalArgumentException("nanos of a second are %d".formatted(nanos));
        }
        return nanos;
    }

    private static String text(ByteBuffer in) {
        return AddressCodec.text(in, length(in));
    }

    private static byte[] bytes(ByteBuffer in) {
        byte[] bytes = new byte[length(in)];
        in.get(bytes);
        return bytes;
    }

    /** Never more than there is: nothing is taken into memory that did not come. */
    private static int length(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        return length;
    }
}
