package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

class ChunkProperties {

    @Property(tries = 500)
    void howAChunkedBodyIsCutUpByTheNetworkChangesNothing(
            @ForAll @Size(max = 6) List<@AlphaChars @StringLength(min = 1, max = 40) String> chunks,
            @ForAll boolean extensions,
            @ForAll @IntRange(min = 1, max = 50) int step)
            throws BadMessage {
        StringBuilder wire = new StringBuilder();
        StringBuilder plain = new StringBuilder();
        for (String chunk : chunks) {
            String size = Integer.toHexString(chunk.length());
            wire.append(size)
                    .append(extensions ? ";a=\"b\"" : "")
                    .append("\r\n")
                    .append(chunk)
                    .append("\r\n");
            plain.append(size).append("\r\n").append(chunk).append("\r\n");
        }
        wire.append("0\r\nX-T: 1\r\n\r\n");
        plain.append("0\r\nX-T: 1\r\n\r\n");

        assertThat(pass(wire + "rest", step, Body.Output.SAME)).isEqualTo(plain + "|rest");
        assertThat(pass(wire + "rest", step, Body.Output.DATA_ONLY)).isEqualTo(String.join("", chunks) + "|rest");
    }

    private static String pass(String wire, int step, Body.Output output) throws BadMessage {
        Body body = new Body(new HeadWriter());
        body.start(Framing.CHUNKED, 0, output, HttpLimits.defaults());
        StringBuilder passed = new StringBuilder();
        int at = 0;
        while (!body.ended()) {
            int to = Math.min(at + step, wire.length());
            ByteBuf in = Unpooled.copiedBuffer(wire.substring(at, to), StandardCharsets.ISO_8859_1);
            body.move(
                    in,
                    part -> {
                        passed.append(part.toString(StandardCharsets.ISO_8859_1));
                        part.release();
                    },
                    UnpooledByteBufAllocator.DEFAULT);
            at = to - in.readableBytes();
            assertThat(in.refCnt()).isEqualTo(1);
            in.release();
        }
        return passed + "|" + wire.substring(at);
    }
}
