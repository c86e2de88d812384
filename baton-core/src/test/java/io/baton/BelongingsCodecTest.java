package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.spi.ConnectionKind;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What one image leaves, the next one finds; anything else is refused. */
class BelongingsCodecTest {
    private static final int VERSION_OFFSET = 4;

    @Provide
    Arbitrary<Belongings> belongings() {
        Arbitrary<String> names =
                Arbitraries.strings().alpha().withChars('é', '€').ofMinLength(1).ofMaxLength(20);
        Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(200);
        Arbitrary<Map<String, Long>> counters =
                Arbitraries.maps(names, Arbitraries.longs()).ofMaxSize(10);
        Arbitrary<List<Belongings.Left>> heirlooms = Combinators.combine(names, bytes)
                .as(Belongings.Left::new)
                .list()
                .ofMaxSize(4);
        Arbitrary<List<Integer>> fds = Arbitraries.integers()
                .between(3, 100_000)
                .list()
                .uniqueElements()
                .ofMinSize(5)
                .ofMaxSize(60);
        return Combinators.combine(
                        counters,
                        heirlooms,
                        fds,
                        bytes,
                        Arbitraries.longs(),
                        Arbitraries.integers().between(1, 999))
                .as((itsCounters, itsHeirlooms, itsFds, itsBytes, number, images) -> new Belongings(
                        new Belongings.WayBack("/opt/baton/bin/baton", itsBytes),
                        new BaseId(Math.floorMod(number, 1000L)),
                        new RestartEpoch(images),
                        images,
                        number,
                        -number,
                        3,
                        1,
                        itsCounters,
                        itsHeirlooms,
                        itsFds.subList(0, 2),
                        connections(itsFds.subList(2, itsFds.size()), itsBytes)));
    }

    private static List<Belongings.Connection> connections(List<Integer> fds, byte[] bytes) {
        List<Belongings.Connection> connections = new ArrayList<>();
        for (int from = 0; from < fds.size(); from += 3) {
            connections.add(new Belongings.Connection(
                    new ConnectionKind("relay", 1 + from), bytes, fds.subList(from, Math.min(fds.size(), from + 3))));
        }
        return connections;
    }

    @Property(tries = 200)
    void whatIsWrittenIsReadTheSame(@ForAll("belongings") Belongings belongings) throws Exception {
        byte[] bytes = written(belongings);

        Belongings read = BelongingsCodec.read(bytes);

        assertThat(read)
                .usingRecursiveComparison()
                .withStrictTypeChecking()
                .ignoringCollectionOrderInFields("counters")
                .isEqualTo(belongings);
        assertThat(bytes).hasSize((int) BelongingsCodec.length(belongings));
    }

    @Property(tries = 300)
    void whatIsCutShortOrTooLongIsRefused(
            @ForAll("belongings") Belongings belongings, @ForAll @IntRange(max = 5000) int length) throws Exception {
        byte[] bytes = written(belongings);
        byte[] other = Arrays.copyOf(bytes, length);
        if (length != bytes.length) {
            assertThatThrownBy(() -> BelongingsCodec.read(other))
                    .isInstanceOf(HotRestartException.class)
                    .hasMessageStartingWith("malformed belongings: ");
        }
    }

    @Example
    void anotherVersionIsRefusedButTellsTheWayBackAndTheFds() throws Exception {
        byte[] bytes = written(small());
        ByteBuffer.wrap(bytes).putShort(VERSION_OFFSET, (short) 2);

        assertThatThrownBy(() -> BelongingsCodec.read(bytes))
                .hasMessage("malformed belongings: version is 2, expected 1");
        BelongingsCodec.Header header = BelongingsCodec.header(bytes);
        assertThat(header.wayBack().program()).isEqualTo("/old/bin/baton");
        assertThat(header.fds()).containsExactly(5, 9, 7);
    }

    @Example
    void anFdThatIsThereTwiceOrAStandardStreamIsRefused() throws Exception {
        Belongings twice = withListeners(List.of(5, 9, 5));
        assertThatThrownBy(() -> BelongingsCodec.read(written(twice)))
                .hasMessage("malformed belongings: fd is 5, expected each once");
        assertThatThrownBy(() -> BelongingsCodec.read(written(withListeners(List.of(2)))))
                .hasMessage("malformed belongings: fd is 2, expected 3 or more");
    }

    @Example
    void whatIsTooMuchIsNotWritten() {
        byte[] large = new byte[128 * 1024];
        List<Belongings.Connection> many = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            many.add(new Belongings.Connection(new ConnectionKind("http1", 1), large, List.of()));
        }
        Belongings tooMuch = new Belongings(
                new Belongings.WayBack("/b", new byte[0]),
                new BaseId(0),
                RestartEpoch.FIRST,
                1,
                0,
                0,
                0,
                1,
                Map.of(),
                List.of(),
                List.of(),
                many);

        assertThatThrownBy(() -> written(tooMuch))
                .isInstanceOf(HotRestartException.class)
                .hasMessageContaining("600 connections");
    }

    static Belongings small() {
        return withListeners(List.of(5, 9));
    }

    private static Belongings withListeners(List<Integer> listeners) {
        Map<String, Long> counters = new LinkedHashMap<>();
        counters.put("a.b", 17L);
        return new Belongings(
                new Belongings.WayBack(
                        "/old/bin/baton", "listeners: []".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                new BaseId(4),
                new RestartEpoch(2),
                1,
                1_700_000_000,
                99,
                0,
                3,
                counters,
                List.of(new Belongings.Left("tls.ticket_keys", new byte[] {1, 2})),
                listeners,
                List.of(new Belongings.Connection(new ConnectionKind("relay", 3), new byte[] {7}, List.of(7))));
    }

    static byte[] written(Belongings belongings) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BelongingsCodec.write(belongings, out);
        return out.toByteArray();
    }
}
