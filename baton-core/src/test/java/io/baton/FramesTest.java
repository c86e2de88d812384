package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class FramesTest {
    private static final int LIMIT = 64 * 1024;

    @Property
    void aMessageOfAnySizeComesBackWhole(@ForAll @IntRange(max = 20_000) int size, @ForAll long seed) throws Exception {
        byte[] message = new byte[size];
        new Random(seed).nextBytes(message);

        List<byte[]> datagrams = Frames.split(message);

        assertThat(datagrams).allSatisfy(datagram -> assertThat(datagram).hasSizeBetween(1, 4096));
        assertThat(ByteBuffer.wrap(datagrams.getFirst()).getLong()).isEqualTo(size);
        FrameAssembler assembler = new FrameAssembler(LIMIT);
        List<byte[]> received = new ArrayList<>();
        for (byte[] datagram : datagrams) {
            assembler.accept(datagram, 0).ifPresent(received::add);
        }
        assertThat(received).containsExactly(message);
    }

    @Property
    void datagramsAreAsFullAsTheyMayBe(@ForAll @IntRange(max = 20_000) int size) {
        List<byte[]> datagrams = Frames.split(new byte[size]);

        assertThat(datagrams).hasSize((size + 8 + 4095) / 4096);
    }

    @Property
    void garbageIsRefusedAndTheNextMessageStillUnderstood(@ForAll byte[] garbage) throws Exception {
        FrameAssembler assembler = new FrameAssembler(LIMIT);
        try {
            assembler.accept(garbage, 0);
        } catch (HotRestartException e) {
            assertThat(e).hasMessageContaining("hot restart message");
        }

        Optional<byte[]> message =
                assembler.accept(Frames.split(new byte[] {42}).getFirst(), 6_000_000_000L); // garbage has gone stale

        assertThat(message.orElseThrow()).containsExactly(42);
    }

    @Example
    void aLengthBeyondTheLimitIsRefusedWithoutReservingMemory() {
        byte[] header = ByteBuffer.allocate(8).putLong(LIMIT + 1L).array();
        byte[] negative = ByteBuffer.allocate(8).putLong(-1).array();

        assertThatThrownBy(() -> new FrameAssembler(LIMIT).accept(header, 0))
                .hasMessage("hot restart message announces 65537 bytes, expected at most 65536");
        assertThatThrownBy(() -> new FrameAssembler(LIMIT).accept(negative, 0))
                .hasMessageContaining("announces 18446744073709551615 bytes");
    }

    @Example
    void aTinyBeginningIsRefused() {
        assertThatThrownBy(() -> new FrameAssembler(LIMIT).accept(new byte[7], 0))
                .hasMessage("hot restart message begins with 7 bytes, expected a length of 8");
    }

    @Example
    void moreThanWasAnnouncedIsRefused() {
        byte[] datagram = Arrays.copyOf(Frames.split(new byte[3]).getFirst(), 20);

        assertThatThrownBy(() -> new FrameAssembler(LIMIT).accept(datagram, 0))
                .hasMessage("hot restart message has 12 bytes or more, announced were 3");
    }
}
