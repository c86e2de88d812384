package io.baton.http;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.baton.posix.SocketAddress;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** Whatever comes is a message or a BadMessage; and what the proxy makes of a request is one that it would take itself, of the same meaning. */
class HeadFuzzTest {
    private static final HttpLimits LIMITS = HttpLimits.defaults();
    private static final ClientFacts CLIENT =
            new ClientFacts(new SocketAddress.UnixUnnamed(), new SocketAddress.UnixUnnamed());

    @FuzzTest
    void requests(byte[] data) {
        HeadWriter out = new HeadWriter();
        ParsedRequest first = parse(data);
        if (first == null) {
            return;
        }
        new RequestWriter(out).write(first, CLIENT, ForwardedHeaders.APPEND);
        byte[] written = new byte[out.length()];
        out.writeTo(Unpooled.wrappedBuffer(written).clear());
        ParsedRequest second = parse(written);
        if (second == null
                || !first.method().equals(second.method())
                || !first.path().equals(second.path())
                || first.framing() != second.framing()
                || (first.framing() == Framing.LENGTH && first.contentLength() != second.contentLength())
                || (!first.host().isEmpty() && !first.host().equals(second.host()))) {
            throw new AssertionError("became " + new String(written, StandardCharsets.ISO_8859_1));
        }
    }

    private static @org.jspecify.annotations.Nullable ParsedRequest parse(byte[] data) {
        try {
            int length = new HeadScan().find(data, data.length, LIMITS);
            if (length < 0) {
                return null;
            }
            ParsedRequest request = new ParsedRequest();
            request.parse(data.clone(), length, LIMITS);
            return request;
        } catch (BadMessage e) {
            return null;
        }
    }

    @FuzzTest
    void responses(byte[] data) {
        try {
            int length = new HeadScan().find(data, data.length, LIMITS);
            if (length >= 0) {
                ParsedResponse response = new ParsedResponse();
                response.parse(data, length, LIMITS);
                new ResponseWriter(new HeadWriter()).write(response, false, ResponseWriter.Connection.KEPT);
            }
        } catch (BadMessage e) {
            // refused
        }
    }

    @FuzzTest
    void chunks(byte[] data) {
        Body body = new Body(new HeadWriter());
        body.start(Framing.CHUNKED, 0, Body.Output.SAME, LIMITS);
        try {
            body.move(Unpooled.wrappedBuffer(data), part -> part.release(), UnpooledByteBufAllocator.DEFAULT);
        } catch (BadMessage e) {
            // refused
        }
    }
}
