package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.SocketAddress;
import io.baton.spi.Snapshot;
import java.net.InetAddress;
import java.nio.BufferOverflowException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SnapshotCodecTest {
    private static final SocketAddress CLIENT = new SocketAddress.Inet(InetAddress.ofLiteral("192.0.2.7"), 1234);
    private static final SocketAddress LOCAL = new SocketAddress.Inet(InetAddress.ofLiteral("2001:db8::1"), 80);

    private static ConnectionSnapshot idle(byte[] unread) {
        return new ConnectionSnapshot(
                5,
                "web",
                CLIENT,
                LOCAL,
                7,
                Deadline.NEVER,
                unread,
                new byte[0],
                new byte[0],
                Optional.empty(),
                Optional.empty());
    }

    private static ConnectionSnapshot busy() {
        RecordSnapshot noted = new RecordSnapshot(
                Instant.ofEpochMilli(1_700_000_000_123L),
                99,
                "PUT",
                "example.com",
                "/\u00e4/b",
                true,
                Optional.of("api"),
                Optional.of(new SocketAddress.UnixPath("/run/app.sock")),
                2,
                200,
                1L << 40,
                12);
        ExchangeSnapshot exchange = new ExchangeSnapshot(
                ExchangeState.EARLY,
                new ExchangeTerms(true, false, true, false, true),
                true,
                false,
                true,
                new BodyPlace(BodyPlace.Kind.CHUNK_DATA, 77, 3, 4),
                new BodyPlace(BodyPlace.Kind.UNTIL_CLOSE, 0, 1, 0),
                new byte[] {1, 2},
                new byte[] {3},
                new byte[] {11, 12, 13});
        return new ConnectionSnapshot(
                1L << 41,
                "web",
                CLIENT,
                LOCAL,
                7,
                -5,
                new byte[] {9},
                new byte[] {8, 7},
                new byte[] {22, 23},
                Optional.of(noted),
                Optional.of(exchange));
    }

    @Test
    void whatIsWrittenIsRead() {
        for (ConnectionSnapshot snapshot : new ConnectionSnapshot[] {idle(new byte[] {1, 2, 3}), busy()}) {
            ConnectionSnapshot read = SnapshotCodec.decode(new SnapshotCodec().encode(snapshot));
            assertThat(read).usingRecursiveComparison().isEqualTo(snapshot);
        }
    }

    @Test
    void theOrderOfStatesAndPlacesIsPartOfTheFormat() {
        assertThat(ExchangeState.values())
                .extracting(Enum::name)
                .containsExactly("CONNECTING", "SENDING", "AWAITING", "EARLY", "RESPONDING", "TUNNEL", "ENDED");
        assertThat(BodyPlace.Kind.values())
                .extracting(Enum::name)
                .containsExactly(
                        "BETWEEN",
                        "LENGTH",
                        "CHUNK_SIZE",
                        "CHUNK_DATA",
                        "CHUNK_END",
                        "LAST_CHUNK",
                        "UNTIL_CLOSE",
                        "ELSEWHERE");
    }

    @Test
    void whatIsTooLargeForAMessageIsNotWritten() {
        assertThatThrownBy(() -> new SnapshotCodec().encode(idle(new byte[Snapshot.MAX_BYTES])))
                .isInstanceOf(BufferOverflowException.class);
    }

    @Test
    void whatIsCutShortOrChangedIsRefusedInOneLineOrReadAsSomethingElse() {
        byte[] good = new SnapshotCodec().encode(busy());
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> SnapshotCodec.decode(cut))
                    .as("cut at %d", length)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("http1");
        }
        Random random = new Random(4);
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            try {
                SnapshotCodec.decode(bad);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("http1");
            }
        }
    }

    @Test
    void placesWhereNoDecoderCanBeBroughtAreRefused() {
        assertThatThrownBy(() -> new BodyPlace(BodyPlace.Kind.LENGTH, 0, 0, 0))
                .hasMessageContaining("expected some left");
        assertThatThrownBy(() -> new BodyPlace(BodyPlace.Kind.CHUNK_DATA, 1L << 32, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ExchangeSnapshot(
                        ExchangeState.SENDING,
                        new ExchangeTerms(false, false, true, false, false),
                        false,
                        false,
                        false,
                        new BodyPlace(BodyPlace.Kind.ELSEWHERE, 0, 0, 0),
                        BodyPlace.START,
                        new byte[0],
                        new byte[0],
                        new byte[0]))
                .hasMessageContaining("ELSEWHERE");
    }
}
