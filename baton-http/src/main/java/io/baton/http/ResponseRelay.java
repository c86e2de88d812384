package io.baton.http;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

/** Takes the response from the upstream's decoder to the client's encoder. Event loop only. */
final class ResponseRelay {
    /** Interim responses in a row; one or two are usual. */
    private static final int MAX_INTERIM = 64;

    private enum Part {
        INTERIM,
        SWITCHING,
        FINAL
    }

    private final Exchange exchange;
    private final ClientSide client;
    private Part part = Part.FINAL;
    private boolean keepAlive;
    private boolean chunked;
    private int interim;

    ResponseRelay(Exchange exchange, ClientSide client) {
        this.exchange = exchange;
        this.client = client;
    }

    /** Whether the upstream connection can be used again, with the response whole. */
    boolean upstreamKept() {
        return keepAlive;
    }

    /** Whether the client gets the body in chunks. */
    boolean chunked() {
        return chunked;
    }

    /** As another one was, within a body. */
    void restore(boolean upstreamKept, boolean inChunks) {
        keepAlive = upstreamKept;
        chunked = inChunks;
    }

    /**
     * Takes over what came, and passes it on.
     *
     * @throws BadMessage when it is no response
     */
    void take(HttpObject message) {
        switch (message) {
            case HttpResponse response -> {
                CheckedResponse checked;
                try {
                    checked = new CheckedResponse(response, exchange.terms());
                } catch (BadMessage e) {
                    ReferenceCountUtil.release(response);
                    throw e;
                }
                head(checked);
            }
            case HttpContent content -> content(content);
            default -> throw new IllegalStateException("the decoder makes " + message);
        }
    }

    private void head(CheckedResponse response) {
        if (response.interim()) {
            if (++interim > MAX_INTERIM) {
                throw BadMessage.malformed("there are more than " + MAX_INTERIM + " interim responses");
            }
            part = Part.INTERIM;
            if (!exchange.http10()) { // RFC 9110 section 15.2
                client.output().write(response.rewrite(true, ConnectionHeader.KEPT));
            }
        } else if (response.switches()) {
            exchange.switchProtocols(response.status());
            part = Part.SWITCHING;
            client.output().write(response.rewrite(true, ConnectionHeader.KEPT));
        } else {
            part = Part.FINAL;
            keepAlive = response.keepAlive();
            boolean chunkable = !exchange.http10();
            ConnectionHeader connection = exchange.responseHead(response.status(), response.lengthKnown() || chunkable);
            chunked = chunkable && !response.lengthKnown();
            client.output().write(response.rewrite(chunkable, connection));
        }
    }

    private void content(HttpContent content) {
        if (content.decoderResult().isFailure()) {
            content.release();
            throw BadMessage.of(content.decoderResult());
        }
        switch (part) {
            case INTERIM -> {
                if (exchange.http10()) {
                    content.release();
                } else {
                    client.output().write(content);
                    client.output().flush();
                }
            }
            case SWITCHING -> {
                content.release();
                exchange.beginTunnel();
            }
            case FINAL -> {
                boolean last = content instanceof LastHttpContent;
                if (last) {
                    HopByHop.removeFromTrailers(((LastHttpContent) content).trailingHeaders());
                }
                client.output().write(content);
                if (last) {
                    exchange.responseEnd();
                }
            }
        }
    }
}
