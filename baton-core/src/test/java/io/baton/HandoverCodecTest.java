package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.spi.ConnectionKind;
import io.baton.spi.Snapshot;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What one side of the handover channel says, the other understands; anything else is refused. */
class HandoverCodecTest {

    @Provide
    Arbitrary<HandoverMessage> messages() {
        Arbitrary<Long> longs = Arbitraries.longs();
        Arbitrary<Integer> naturals = Arbitraries.integers().greaterOrEqual(0);
        Arbitrary<Integer> versions = Arbitraries.integers().greaterOrEqual(1);
        Arbitrary<String> texts =
                Arbitraries.strings().alpha().numeric().withChars('é', '€').ofMaxLength(40);
        Arbitrary<String> names = Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(64);
        Arbitrary<List<HandoverMessage.Kind>> kinds = Combinators.combine(names, naturals, naturals)
                .as(HandoverMessage.Kind::new)
                .list()
                .ofMaxSize(5);
        Arbitrary<List<Long>> ids = longs.list().ofMaxSize(64);
        Arbitrary<List<HandoverMessage.Refused>> refused = Combinators.combine(longs, texts)
                .as(HandoverMessage.Refused::new)
                .list()
                .ofMaxSize(5);
        Arbitrary<List<HandoverMessage.Left>> heirlooms = Combinators.combine(
                        names, Arbitraries.integers().between(0, 64))
                .as((name, length) -> new HandoverMessage.Left(name, new byte[length]))
                .list()
                .ofMaxSize(4);
        return Arbitraries.oneOf(
                Combinators.combine(naturals, naturals.map(RestartEpoch::new), kinds, naturals)
                        .as(HandoverMessage.Hello::new),
                Combinators.combine(naturals, kinds, naturals, naturals, heirlooms)
                        .as(HandoverMessage.Welcome::new),
                texts.map(HandoverMessage.Refuse::new),
                texts.map(HandoverMessage.Rollback::new),
                texts.map(HandoverMessage.Abandon::new),
                Arbitraries.of(new HandoverMessage.Ready(), new HandoverMessage.Commit()),
                Combinators.combine(longs, ids, refused, naturals).as(HandoverMessage.Accepted::new),
                longs.map(HandoverMessage.Exhausted::new),
                longs.map(HandoverMessage.Committed::new),
                longs.map(HandoverMessage.Bye::new),
                naturals.map(HandoverMessage.Budget::new),
                Combinators.combine(
                                longs,
                                longs,
                                Combinators.combine(
                                                longs,
                                                Combinators.combine(names, versions)
                                                        .as(ConnectionKind::new),
                                                Arbitraries.integers().between(0, 253))
                                        .as((id, kind, fds) ->
                                                new HandoverMessage.Offered(id, kind, fds, new byte[fds]))
                                        .list()
                                        .ofMaxSize(8))
                        .as(HandoverMessage.Offer::new));
    }

    @Property
    void whatIsSaidIsUnderstood(@ForAll("messages") HandoverMessage message) throws Exception {
        assertThat(HandoverDecoder.decode(HandoverEncoder.encode(message)))
                .usingRecursiveComparison()
                .isEqualTo(message);
    }

    @Property
    void protobufReadsAndWritesTheSame(@ForAll("messages") HandoverMessage message) throws Exception {
        byte[] bytes = HandoverEncoder.encode(message);
        var oracle = com.google.protobuf.DynamicMessage.parseFrom(HandoverSchema.MESSAGE, bytes);

        assertThat(oracle.getUnknownFields().asMap()).isEmpty();
        assertThat(HandoverSchema.unknownFields(oracle))
                .as("fields that the schema lacks")
                .isEmpty();
        assertThat(HandoverDecoder.decode(oracle.toByteArray()))
                .usingRecursiveComparison()
                .isEqualTo(message);
    }

    @Property
    void anythingElseIsMalformedOrAMessageButNeverACrash(@ForAll byte[] bytes) {
        try {
            assertThat(HandoverDecoder.decode(bytes)).isNotNull();
        } catch (HotRestartException e) {
            assertThat(e).hasMessageStartingWith("malformed handover message of %d bytes: ".formatted(bytes.length));
        }
    }

    @Example
    void everyListHasALimit() {
        List<Long> many = LongStream.range(0, 65).boxed().toList();
        assertMalformed(new HandoverMessage.Accepted(1, many, List.of(), 0), "ids: 65, expected at most 64");
        assertMalformed(
                new HandoverMessage.Accepted(
                        1,
                        List.of(),
                        many.stream()
                                .map(id -> new HandoverMessage.Refused(id, "x"))
                                .toList(),
                        0),
                "refused connections: 65, expected at most 64");
        HandoverMessage.Offered one = new HandoverMessage.Offered(1, new ConnectionKind("relay", 1), 0, new byte[0]);
        assertMalformed(
                new HandoverMessage.Offer(1, 1, java.util.Collections.nCopies(65, one)),
                "connections: 65, expected at most 64");
        assertMalformed(
                new HandoverMessage.Offer(
                        1,
                        1,
                        List.of(new HandoverMessage.Offered(
                                1, new ConnectionKind("relay", 1), 0, new byte[Snapshot.MAX_BYTES + 1]))),
                "bytes of a snapshot: 131073, expected at most 131072");
        HandoverMessage.Left left = new HandoverMessage.Left("keys", new byte[4097]);
        assertMalformed(
                new HandoverMessage.Welcome(1, List.of(), 0, 0, List.of(left)),
                "bytes of an heirloom: 4097, expected at most 4096");
        assertMalformed(
                new HandoverMessage.Welcome(
                        1,
                        List.of(),
                        0,
                        0,
                        java.util.Collections.nCopies(17, new HandoverMessage.Left("keys", new byte[1]))),
                "heirlooms: 17, expected at most 16");
    }

    private static void assertMalformed(HandoverMessage message, String why) {
        assertThatThrownBy(() -> HandoverDecoder.decode(HandoverEncoder.encode(message)))
                .isInstanceOf(HotRestartException.class)
                .hasMessageContaining(why);
    }

    @Example
    void aTextThatIsTooLongIsCutBetweenCharacters() throws Exception {
        HandoverMessage said = HandoverDecoder.decode(
                HandoverEncoder.encode(new HandoverMessage.Refuse("x" + "\uD83D\uDE00".repeat(500))));
        assertThat(said).isEqualTo(new HandoverMessage.Refuse("x" + "\uD83D\uDE00".repeat(127)));
    }

    @Example
    void aMessageOfALaterVersionIsSeenAsUnknown() throws Exception {
        assertThat(HandoverDecoder.decode(HandoverEncoder.encode(new HandoverMessage.Unknown(99))))
                .isEqualTo(new HandoverMessage.Unknown(99));
        assertThat(HandoverDecoder.decode(new byte[0])).isEqualTo(new HandoverMessage.Unknown(0));
    }

    @Example
    void theLargestOfferFitsOneMessage() {
        int count = HandoverMessage.MAX_CONNECTIONS;
        int each = (HandoverChannel.MAX_DATAGRAM_BYTES - HandoverChannel.OFFER_OVERHEAD_BYTES) / count;
        HandoverMessage.Offered one = new HandoverMessage.Offered(
                Long.MAX_VALUE, new ConnectionKind("k".repeat(64), Integer.MAX_VALUE), 253, new byte[each]);
        assertThat(HandoverEncoder.encode(new HandoverMessage.Offer(
                        Long.MAX_VALUE, Long.MAX_VALUE, java.util.Collections.nCopies(count, one))))
                .hasSizeLessThanOrEqualTo(HandoverChannel.MAX_DATAGRAM_BYTES);
    }
}
