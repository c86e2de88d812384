package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class ContentTest {
    private final Content content = new Content(42);

    @Test
    void isTheSameHoweverItIsCutIntoPieces() {
        ByteBuf whole = Unpooled.buffer();
        content.write(whole, 0, 1000);
        ByteBuf pieces = Unpooled.buffer();
        for (int at = 0, length = 1; at < 1000; at += length, length = Math.min(length + 3, 1000 - at)) {
            assertThat(content.firstMismatch(whole.slice(at, length), at)).isEqualTo(-1);
            content.write(pieces, at, length);
        }
        assertThat(pieces).isEqualTo(whole);
    }

    @Test
    void namesTheFirstWrongByteAtAnyPosition() {
        for (int wrong = 0; wrong < 40; wrong++) {
            ByteBuf bytes = Unpooled.buffer();
            content.write(bytes, 5, 40);
            bytes.setByte(wrong, bytes.getByte(wrong) ^ 1);
            assertThat(content.firstMismatch(bytes, 5)).isEqualTo(5 + wrong);
        }
    }

    @Test
    void differsFromSeedToSeed() {
        ByteBuf bytes = Unpooled.buffer();
        content.write(bytes, 0, 64);
        assertThat(new Content(43).firstMismatch(bytes, 0)).isNotNegative();
    }
}
