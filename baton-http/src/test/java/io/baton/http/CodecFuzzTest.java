package io.baton.http;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.baton.posix.SocketAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Whatever comes is a message or a BadMessage; and what the proxy makes of a request is one that it would take itself, of the same meaning. */
class CodecFuzzTest {
    private static final ClientFacts CLIENT =
            new ClientFacts(new SocketAddress.UnixUnnamed(), new SocketAddress.UnixUnnamed(), false);

    @FuzzTest
    void requests(byte[] data) {
        CheckedRequest first = parse(Unpooled.wrappedBuffer(data));
        if (first == null) {
            return;
        }
        HttpRequest rewritten = RequestRewrite.apply(first, CLIENT, ForwardedHeaders.APPEND);
        EmbeddedChannel out = new EmbeddedChannel(new RequestEncoder());
        out.writeOutbound(rewritten);
        ByteBuf written = out.readOutbound();
        String text = written.toString(StandardCharsets.ISO_8859_1);
        out.finishAndReleaseAll();
        CheckedRequest second = parse(written);
        if (second == null
                || !first.method().equals(second.method())
                || !first.path().equals(second.path())
                || first.hasBody() != second.hasBody()
                || (!first.host().isEmpty() && !first.host().equals(second.host()))) {
            throw new AssertionError("became " + text);
        }
    }

    /** Takes over {@code data}. */
    private static @Nullable CheckedRequest parse(ByteBuf data) {
        EmbeddedChannel in = new EmbeddedChannel(new RequestDecoder(new Taker(), HttpLimits.defaults()));
        in.writeInbound(data);
        Object message = in.readInbound();
        try {
            return message instanceof HttpRequest request ? new CheckedRequest(request) : null;
        } catch (BadMessage e) {
            return null;
        } finally {
            ReferenceCountUtil.release(message);
            in.finishAndReleaseAll();
        }
    }

    /** What another process says of a connection is understood, and would be said again in the same words, or is refused. */
    @FuzzTest
    void snapshots(byte[] data) {
        ConnectionSnapshot snapshot;
        try {
            snapshot = SnapshotCodec.decode(data);
        } catch (IllegalArgumentException e) {
            return;
        }
        byte[] again = new SnapshotCodec().encode(snapshot);
        if (!Arrays.equals(again, new SnapshotCodec().encode(SnapshotCodec.decode(again)))) {
            throw new AssertionError("is read differently: " + snapshot);
        }
    }

    @FuzzTest
    void responses(byte[] data) {
        EmbeddedChannel in = new EmbeddedChannel(new ResponseDecoder(new Taker()));
        in.writeInbound(Unpooled.wrappedBuffer(data));
        for (Object message = in.readInbound(); message != null; message = in.readInbound()) {
            try {
                if (message instanceof HttpResponse response) {
                    var _ = new CheckedResponse(response, new ExchangeTerms(false, false, true, false, false))
                            .rewrite(true, ConnectionHeader.KEPT);
                }
            } catch (BadMessage e) {
                // refused
            } finally {
                ReferenceCountUtil.release(message);
            }
        }
        in.finishAndReleaseAll();
    }
}
