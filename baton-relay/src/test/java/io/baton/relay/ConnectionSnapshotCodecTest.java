package io.baton.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.baton.posix.SocketAddress;
import io.baton.relay.ConnectionSnapshot.Stage;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

class ConnectionSnapshotCodecTest {
    private static final FlowSnapshot NOTHING = new FlowSnapshot(0, 0, false, false, false);
    private static final SocketAddress LOOPBACK = RelayFixture.loopback(80);

    private final ConnectionSnapshotCodec codec = new ConnectionSnapshotCodec();

    @Property
    void aSnapshotIsReadAsItWasWritten(@ForAll("snapshots") ConnectionSnapshot snapshot) {
        byte[] bytes = codec.encode(snapshot);

        assertThat(bytes).hasSizeLessThanOrEqualTo(ConnectionSnapshotCodec.MAX_BYTES);
        assertThat(ConnectionSnapshotCodec.decode(bytes)).isEqualTo(snapshot);
    }

    @Property
    void aSnapshotThatIsCutOrContinuedIsRefused(
            @ForAll("snapshots") ConnectionSnapshot snapshot, @ForAll @IntRange(max = 1_000) int at) {
        byte[] bytes = codec.encode(snapshot);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConnectionSnapshotCodec.decode(Arrays.copyOf(bytes, at % bytes.length)))
                .withMessageContaining("relay snapshot");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConnectionSnapshotCodec.decode(Arrays.copyOf(bytes, bytes.length + 1 + at)))
                .withMessageContaining("relay snapshot");
    }

    @Property
    void noBytesAreAnythingButASnapshotOrRefused(@ForAll @Size(max = 300) byte[] bytes) {
        ConnectionSnapshotFuzzTest.understandOrRefuse(bytes);
    }

    @Example
    void aTcpConnectionTakesLittle() {
        assertThat(codec.encode(idle("web", LOOPBACK))).hasSizeLessThanOrEqualTo(103);
    }

    @Example
    void anUnknownVersionIsRefused() {
        byte[] bytes = codec.encode(idle("web", LOOPBACK));
        bytes[0] = 9;

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConnectionSnapshotCodec.decode(bytes))
                .withMessage("a relay snapshot of version 9, expected 1 to 2");
    }

    @Example
    void unknownFlagsAreRefused() {
        byte[] bytes = codec.encode(idle("web", LOOPBACK));
        bytes[1] = (byte) 0x81;

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConnectionSnapshotCodec.decode(bytes))
                .withMessage(
                        "a relay snapshot that makes no sense: flags are 129 of version 2, expected those of one stage");
    }

    @Example
    void aSnapshotOfTheReleaseBeforeIsRead() {
        ConnectionSnapshot snapshot = idle("web", LOOPBACK);
        byte[] bytes = codec.encode(snapshot);
        int destination = 72 + 1 + "web".length();
        byte[] older = new byte[bytes.length - 1 - snapshot.destination().length()];
        System.arraycopy(bytes, 0, older, 0, destination);
        System.arraycopy(
                bytes, bytes.length - older.length + destination, older, destination, older.length - destination);
        older[0] = 1;

        assertThat(ConnectionSnapshotCodec.decode(older))
                .isEqualTo(snapshot(Stage.RELAYING, "web", "web", LOOPBACK, LOOPBACK, 1));

        older[1] = (byte) 128; // it knew nothing of connections that are not decided
        assertThatIllegalArgumentException().isThrownBy(() -> ConnectionSnapshotCodec.decode(older));
    }

    @Example
    void aConnectionThatIsNotDecidedHasTriedNothing() {
        ConnectionSnapshot waiting = snapshot(Stage.ROUTING, "web", "", LOOPBACK, null, 0);

        assertThat(ConnectionSnapshotCodec.decode(codec.encode(waiting))).isEqualTo(waiting);
        assertThat(waiting.fds()).isOne();
        assertThat(idle("web", LOOPBACK).fds()).isEqualTo(2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> snapshot(Stage.ROUTING, "web", "origin", LOOPBACK, null, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> snapshot(Stage.ROUTING, "web", "", LOOPBACK, LOOPBACK, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> snapshot(Stage.RELAYING, "web", "", LOOPBACK, null, 1));
    }

    @Example
    void anIpv4AddressInIpv6StaysOne() throws UnknownHostException {
        byte[] mapped = new byte[16];
        mapped[10] = -1;
        mapped[11] = -1;
        mapped[15] = 1;
        ConnectionSnapshot snapshot =
                idle("web", new SocketAddress.Inet(Inet6Address.getByAddress(null, mapped, -1), 1));

        assertThat(ConnectionSnapshotCodec.decode(codec.encode(snapshot)).client())
                .isEqualTo(snapshot.client())
                .hasToString("[0:0:0:0:0:ffff:0:1]:1");
    }

    private static ConnectionSnapshot idle(String listener, SocketAddress client) {
        return snapshot(Stage.RELAYING, listener, "origin", client, LOOPBACK, 1);
    }

    private static ConnectionSnapshot snapshot(
            Stage stage,
            String listener,
            String destination,
            SocketAddress client,
            @Nullable SocketAddress upstream,
            int tries) {
        return new ConnectionSnapshot(
                1,
                listener,
                stage,
                destination,
                client,
                upstream,
                Instant.EPOCH,
                2,
                1,
                0,
                tries,
                List.of(),
                NOTHING,
                NOTHING);
    }

    @Provide
    Arbitrary<ConnectionSnapshot> snapshots() {
        Arbitrary<String> listeners = Arbitraries.strings().ofMaxLength(60).filter(text -> !hasSurrogate(text));
        Arbitrary<Instant> instants = Combinators.combine(
                        Arbitraries.longs().between(0, 1L << 40),
                        Arbitraries.integers().between(0, 999_999_999))
                .as(Instant::ofEpochSecond);
        return Combinators.combine(
                        Arbitraries.longs(),
                        listeners,
                        addresses(),
                        addresses(),
                        instants,
                        times(),
                        Arbitraries.longs(),
                        addresses().list().ofMaxSize(Connector.MAX_TRIES))
                .flatAs((id, listener, client, upstream, started, times, left, failed) -> flows(times.stage())
                        .map(flows -> new ConnectionSnapshot(
                                id,
                                listener,
                                times.stage(),
                                times.destination(),
                                client,
                                times.stage() == Stage.ROUTING ? null : upstream,
                                started,
                                times.age(),
                                times.idle(),
                                left,
                                times.stage() == Stage.ROUTING ? 0 : Math.max(1, failed.size()),
                                times.stage() == Stage.ROUTING ? List.of() : failed,
                                flows.get(0),
                                flows.get(1))));
    }

    private record Times(Stage stage, String destination, long age, long idle) {}

    private static Arbitrary<Times> times() {
        return Combinators.combine(
                        Arbitraries.of(Stage.class),
                        Arbitraries.of("o", "origin", "a".repeat(255)),
                        Arbitraries.longs().greaterOrEqual(0),
                        Arbitraries.longs().greaterOrEqual(0))
                .as((stage, destination, one, two) -> new Times(
                        stage, stage == Stage.ROUTING ? "" : destination, Math.max(one, two), Math.min(one, two)));
    }

    private static Arbitrary<List<FlowSnapshot>> flows(Stage stage) {
        Arbitrary<FlowSnapshot> flow = stage == Stage.RELAYING ? flow() : Arbitraries.just(NOTHING);
        return flow.list()
                .ofSize(2)
                .filter(both -> !both.get(0).ended() || !both.get(1).ended());
    }

    private static Arbitrary<FlowSnapshot> flow() {
        Arbitrary<Long> delivered = Arbitraries.longs().greaterOrEqual(0);
        return Arbitraries.oneOf(
                delivered.map(bytes -> new FlowSnapshot(bytes, 0, false, false, true)),
                delivered.map(bytes -> new FlowSnapshot(bytes, 0, true, false, false)),
                Combinators.combine(delivered, Arbitraries.integers().between(0, FlowSnapshot.MAX_PIPE_BYTES))
                        .as((bytes, inPipe) -> new FlowSnapshot(bytes, inPipe, false, true, false)));
    }

    private static Arbitrary<SocketAddress> addresses() {
        Arbitrary<String> names = Arbitraries.strings().ofMaxLength(107).filter(text -> !hasSurrogate(text));
        Arbitrary<Integer> ports = Arbitraries.integers().between(0, 65_535);
        return Arbitraries.oneOf(
                Arbitraries.just(new SocketAddress.UnixUnnamed()),
                names.map(SocketAddress.UnixPath::new),
                Combinators.combine(names, Arbitraries.of(true, false)).as(SocketAddress.UnixAbstract::new),
                Combinators.combine(host(4, 0), ports).as(SocketAddress.Inet::new),
                Combinators.combine(Arbitraries.integers().between(0, 9).flatMap(scope -> host(16, scope)), ports)
                        .as(SocketAddress.Inet::new));
    }

    private static Arbitrary<InetAddress> host(int bytes, int scope) {
        return Arbitraries.bytes().array(byte[].class).ofSize(bytes).map(address -> {
            try {
                return bytes == 4
                        ? InetAddress.getByAddress(address)
                        : Inet6Address.getByAddress(null, address, scope == 0 ? -1 : scope);
            } catch (UnknownHostException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** Half a character is no text that UTF-8 could carry. */
    private static boolean hasSurrogate(String text) {
        return text.chars().anyMatch(unit -> Character.isSurrogate((char) unit));
    }
}
