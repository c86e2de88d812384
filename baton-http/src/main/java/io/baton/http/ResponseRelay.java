package io.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** Takes the response from the upstream's bytes to the client's. Event loop only. */
final class ResponseRelay {
    /** Interim responses in a row; one or two are usual. */
    private static final int MAX_INTERIM = 64;

    /** A body up to this size is cheaper copied behind its head than gathered from two buffers by the kernel. */
    private static final int MAX_COPIED = 4096;

    private final Exchange exchange;
    private final ClientConnection client;
    private final Worker worker;
    private final Sink sink;
    private final HeadInput headInput = new HeadInput();
    private final Body body;
    private @Nullable ByteBuf held;
    private boolean inBody;
    private boolean begun;
    private boolean keepAlive;
    private int interim;

    ResponseRelay(Exchange exchange, ClientConnection client, Sink sink) {
        this.exchange = exchange;
        this.client = client;
        this.worker = client.worker();
        this.sink = sink;
        this.body = new Body(worker.out());
    }

    /** Whether any byte of a response came. */
    boolean begun() {
        return begun;
    }

    /** Whether the upstream connection can be used again, with the response whole. */
    boolean upstreamKept() {
        return keepAlive && held == null;
    }

    /** What has come and is not used: a tunnel's first bytes. */
    @Nullable
    ByteBuf takeHeld() {
        ByteBuf rest = held;
        held = null;
        return rest;
    }

    void drop() {
        ByteBuf rest = takeHeld();
        if (rest != null) {
            rest.release();
        }
    }

    /**
     * Takes over bytes that came, and passes on what can be.
     *
     * @throws BadMessage when they are no response
     */
    void take(ByteBuf more) throws BadMessage {
        begun = true;
        ByteBufAllocator allocator = client.channel().alloc();
        ByteBuf in = Buffers.join(held, more, allocator);
        held = in;
        while (!inBody && head(in)) {
            // interim responses, and then the final one
        }
        if (inBody && !exchange.tunnels()) {
            body.move(in, sink, allocator);
        }
        held = Buffers.unlessEmpty(in);
        if (inBody && body.ended() && !exchange.tunnels()) {
            exchange.responseEnd();
        }
    }

    /** Whether the connection's end is the response's. */
    boolean endOfStream() {
        return inBody && body.endOfStream(sink, client.channel().alloc());
    }

    /** Passes on one head; returns whether there was one. */
    private boolean head(ByteBuf in) throws BadMessage {
        HttpLimits limits = client.listening().limits();
        int length = headInput.find(in, worker, limits, false);
        if (length < 0) {
            return false;
        }
        ParsedResponse response = worker.response();
        response.parse(worker.scratch(length), length, limits);
        in.skipBytes(length);
        if (response.interim()) {
            interim(response);
        } else {
            last(response, in);
        }
        return true;
    }

    private void interim(ParsedResponse response) throws BadMessage {
        if (++interim > MAX_INTERIM) {
            throw BadMessage.malformed("there are more than " + MAX_INTERIM + " interim responses");
        }
        if (!exchange.http10()) { // RFC 9110 section 15.2
            worker.responseWriter().write(response, false, ResponseWriter.Connection.KEPT);
            writeHead();
            exchange.flushResponse();
        }
    }

    private void last(ParsedResponse response, ByteBuf in) throws BadMessage {
        inBody = true;
        if (response.status() == 101) {
            exchange.switchProtocols();
            worker.responseWriter().write(response, false, ResponseWriter.Connection.KEPT);
            writeHead();
            return;
        }
        Framing framing = response.framing(exchange.head());
        keepAlive = response.keepAlive() && framing != Framing.UNTIL_CLOSE;
        boolean chunkable = !exchange.http10();
        Body.Output output = switch (framing) {
            case NONE, LENGTH -> Body.Output.SAME;
            case CHUNKED -> chunkable ? Body.Output.SAME : Body.Output.DATA_ONLY;
            case UNTIL_CLOSE -> chunkable ? Body.Output.CHUNKED : Body.Output.SAME;
        };
        boolean lengthKnown = framing == Framing.NONE || framing == Framing.LENGTH;
        ResponseWriter.Connection connection = exchange.responseHead(response.status(), lengthKnown || chunkable);
        worker.responseWriter().write(response, chunkable && !lengthKnown, connection);
        body.start(framing, response.contentLength(), output, client.listening().limits());
        writeHead(body.takeSmall(in, MAX_COPIED), in);
    }

    private void writeHead() {
        writeHead(0, Unpooled.EMPTY_BUFFER);
    }

    /** Writes the head, and with it the first {@code count} bytes of {@code in}. */
    private void writeHead(int count, ByteBuf in) {
        HeadWriter out = worker.out();
        ByteBuf buffer = client.channel().alloc().directBuffer(out.length() + count);
        out.writeTo(buffer);
        buffer.writeBytes(in, count);
        sink.write(buffer);
    }
}
