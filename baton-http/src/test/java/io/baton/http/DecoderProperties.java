package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

class DecoderProperties {
    private static final String HEAD = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    @Property(tries = 300)
    void howRequestsAreCutUpByTheNetworkChangesNothing(
            @ForAll @Size(max = 6) List<@AlphaChars @StringLength(min = 1, max = 40) String> chunks,
            @ForAll boolean extensions,
            @ForAll @IntRange(min = 1, max = 50) int step) {
        StringBuilder wire = new StringBuilder(HEAD);
        for (String chunk : chunks) {
            wire.append(Integer.toHexString(chunk.length()))
                    .append(extensions ? ";a=\"b\"" : "")
                    .append("\r\n")
                    .append(chunk)
                    .append("\r\n");
        }
        wire.append("0\r\nX-T: 1\r\n\r\n").append("\r\nGET /b HTTP/1.1\r\nHost: b\r\n\r\n");

        assertThat(decoded(wire.toString(), step)).isEqualTo("POST /a " + String.join("", chunks) + " X-T=1;GET /b ;");
    }

    @Property(tries = 100)
    void whatIsNotDecodedComesOutAsItCame(@ForAll @IntRange(min = 1, max = 60) int cut) {
        RequestDecoder decoder = new RequestDecoder(new Taker(), HttpLimits.defaults());
        EmbeddedChannel channel = new EmbeddedChannel(decoder);
        String first = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
        String second = "GET /b HTTP/1.1\r\nHost: b\r\nX-Long: 0123456789012345678901234567890123456789\r\n\r\n";
        channel.writeInbound(Unpooled.copiedBuffer(first + second.substring(0, cut), StandardCharsets.ISO_8859_1));
        assertThat(channel.<Object>readInbound()).isInstanceOf(HttpRequest.class);
        assertThat(channel.<Object>readInbound()).isSameAs(LastHttpContent.EMPTY_LAST_CONTENT);
        assertThat(decoder.unread()).isEqualTo(cut);

        channel.pipeline().remove(decoder);

        io.netty.buffer.ByteBuf rest = channel.readInbound();
        assertThat(rest.toString(StandardCharsets.ISO_8859_1)).isEqualTo(second.substring(0, cut));
        rest.release();
        channel.finishAndReleaseAll();
    }

    private static String decoded(String wire, int step) {
        EmbeddedChannel channel = new EmbeddedChannel(new RequestDecoder(new Taker(), HttpLimits.defaults()));
        for (int at = 0; at < wire.length(); at += step) {
            String part = wire.substring(at, Math.min(at + step, wire.length()));
            channel.writeInbound(Unpooled.copiedBuffer(part, StandardCharsets.ISO_8859_1));
        }
        StringBuilder all = new StringBuilder();
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            if (message instanceof HttpRequest request) {
                all.append(request.method()).append(' ').append(request.uri()).append(' ');
            }
            if (message instanceof HttpContent content) {
                all.append(content.content().toString(StandardCharsets.ISO_8859_1));
            }
            if (message instanceof LastHttpContent last) {
                last.trailingHeaders().forEach(each -> all.append(' ').append(each));
                all.append(';');
            }
            ReferenceCountUtil.release(message);
        }
        channel.finishAndReleaseAll();
        return all.toString();
    }
}
