package io.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** One stream of a client's HTTP/2 connection: a request and its response. Event loop only. */
final class ClientStream implements ClientSide, ResponseSink, StreamOutput.Owner {
    static final String PROTOCOL = "HTTP/2";

    private final Http2ClientConnection connection;
    private final Http2Handler handler;
    private final Http2Stream stream;
    private final StreamInput input;
    private final StreamOutput output;
    private final Deadline deadline = new Deadline(this::onDeadline);

    /** Parts of the request that came before there was an upstream to take them; the stream's window bounds them. */
    private final ArrayDeque<HttpContent> held = new ArrayDeque<>();

    private int heldBytes;
    private @Nullable Exchange exchange;
    private long received;
    private boolean requestEnded;
    private boolean written;
    private long unsentBefore;

    ClientStream(Http2ClientConnection connection, Http2Handler handler, Http2Stream stream) {
        this.connection = connection;
        this.handler = handler;
        this.stream = stream;
        this.input = new StreamInput(handler);
        this.output =
                new StreamOutput(handler, this, worker().shared().options().bufferBytes(), false);
    }

    // --- what the client sends

    /** The request's head came. */
    void request(Http2Headers block, boolean ends) {
        requestEnded = ends;
        received += FromHttp2.length(block);
        ExchangeRecord record = new ExchangeRecord(listening());
        record.protocol(PROTOCOL);
        CheckedRequest checked;
        try {
            HttpRequest message = FromHttp2.request(block, ends, listening().limits());
            checked = new CheckedRequest(message);
        } catch (BadMessage bad) {
            refuse(record, bad);
            return;
        }
        record.request(checked);
        Exchange started = new Exchange(this, record, checked);
        exchange = started;
        started.start(checked);
    }

    /** Malformed is a stream error, RFC 9113 section 8.1.1, which may be explained before; else it is a response like any other. */
    private void refuse(ExchangeRecord record, BadMessage bad) {
        FullHttpResponse answer = LocalAnswer.of(bad.status(), bad.reason(), false, ConnectionHeader.KEPT);
        record.status(bad.status());
        record.received(takeReceived());
        if (bad.status() == 400) {
            output.write(new DefaultHttpResponse(answer.protocolVersion(), answer.status(), answer.headers()));
            output.write(new DefaultHttpContent(answer.content()));
            handler.flushNow();
            handler.reset(stream, Http2Error.PROTOCOL_ERROR);
        } else {
            output.write(answer);
            finish();
        }
        record.sent(output.takeSent());
        record.report(facts(), id(), worker().shared().observer(), HttpOutcome.REFUSED);
    }

    /**
     * Some of the request's body came, or its end.
     *
     * @param padding bytes that count for the window, too
     * @return how many bytes are given back to the window at once
     */
    int data(ByteBuf data, int padding, boolean ends) {
        int bytes = data.readableBytes();
        received += bytes;
        requestEnded |= ends;
        if (exchange == null) {
            return padding; // answered: the rest is not wanted, and the stream's end gives it back
        }
        input.owe(bytes);
        if (ends) {
            take(bytes == 0 ? LastHttpContent.EMPTY_LAST_CONTENT : new DefaultLastHttpContent(StreamInput.keep(data)));
        } else if (bytes > 0) {
            take(new DefaultHttpContent(StreamInput.keep(data)));
        }
        return padding;
    }

    /** The end of the request came, with trailers. */
    void trailers(Http2Headers block) {
        requestEnded = true;
        received += FromHttp2.length(block);
        Exchange current = exchange;
        if (current == null) {
            return;
        }
        LastHttpContent last;
        try {
            last = FromHttp2.trailers(block, listening().limits());
        } catch (BadMessage bad) {
            current.fail(ExchangeFailure.ofRequest(bad));
            return;
        }
        take(last);
    }

    private void take(HttpContent part) {
        held.add(part);
        heldBytes += part.content().readableBytes();
        settle();
    }

    /** Passes on what there is when it is taken, and lets more come when that is wanted. */
    private void settle() {
        Exchange current = exchange;
        while (current != null && current.takesRequest() && !held.isEmpty()) {
            HttpContent part = held.remove();
            heldBytes -= part.content().readableBytes();
            current.requestPart(part);
            current = exchange;
        }
        if (current == null) {
            return;
        }
        connection.flushSoon(this);
        if (current.wantsMore(heldBytes)) {
            input.giveBack(stream);
        }
    }

    /** What went upstream in this read goes out. */
    void flushRequest() {
        Exchange current = exchange;
        if (current != null) {
            current.flushRequest();
        }
    }

    @Override
    public void resumeRequest() {
        settle();
    }

    /** Netty refuses what the client sent, and resets the stream. */
    void refused() {
        end(HttpOutcome.REFUSED);
    }

    /** The stream is closed, by whomever. */
    void closed() {
        worker().deadlines().remove(deadline);
        end(HttpOutcome.CLIENT_CLOSED);
        releaseHeld();
    }

    /** What is left of the exchange ends. */
    void end(HttpOutcome outcome) {
        Exchange current = exchange;
        if (current != null) {
            exchange = null;
            current.clientGone(outcome);
        }
    }

    // --- what the exchange says

    @Override
    public void exchangeEnded() {
        exchange = null;
        finish();
    }

    @Override
    public void exchangeEndedLast(boolean askedFor) {
        exchangeEnded();
    }

    @Override
    public void exchangeBroken() {
        exchange = null;
        releaseHeld();
        handler.reset(stream, Http2Error.INTERNAL_ERROR);
    }

    /** The response is written, if not yet out: the client has so long to take it. */
    private void finish() {
        releaseHeld();
        flush();
        if (!written) {
            unsentBefore = output.unsentBytes();
            arm(listening().timeouts().stream().toNanos());
        }
    }

    private void releaseHeld() {
        held.forEach(HttpContent::release);
        held.clear();
        heldBytes = 0;
    }

    private void onDeadline() {
        Exchange current = exchange;
        if (current != null) {
            current.onDeadline();
        } else if (output.unsentBytes() < unsentBefore) {
            unsentBefore = output.unsentBytes();
            arm(listening().timeouts().stream().toNanos());
        } else {
            handler.reset(stream, Http2Error.CANCEL);
        }
    }

    // --- where it writes

    @Override
    public int streamId() {
        return stream.id();
    }

    @Override
    public void headWritten() {}

    @Override
    public void writable() {
        Exchange current = exchange;
        if (current != null) {
            current.clientWritable();
        }
    }

    /** RFC 9113 section 8.1: what is still to come of a request that is answered is not wanted. */
    @Override
    public void written() {
        written = true;
        if (!requestEnded) {
            handler.reset(stream, Http2Error.NO_ERROR);
        }
    }

    @Override
    public void write(Object part) {
        connection.progress();
        output.write(part);
    }

    @Override
    public void flush() {
        output.flush();
    }

    @Override
    public boolean isWritable() {
        return output.isWritable();
    }

    @Override
    public long unsentBytes() {
        return output.unsentBytes();
    }

    @Override
    public long takeSent() {
        return output.takeSent();
    }

    // --- whose it is

    @Override
    public ResponseSink output() {
        return this;
    }

    /** It is the connection that leaves, and says so itself. */
    @Override
    public boolean drainClose() {
        return false;
    }

    @Override
    public long takeReceived() {
        long bytes = received;
        received = 0;
        return bytes;
    }

    @Override
    public Worker worker() {
        return connection.worker();
    }

    @Override
    public Listening listening() {
        return connection.listening();
    }

    @Override
    public ClientFacts facts() {
        return connection.facts();
    }

    @Override
    public long id() {
        return connection.id();
    }

    @Override
    public void arm(long nanos) {
        worker().deadlines().set(deadline, nanos);
    }

    @Override
    public void disarm() {
        worker().deadlines().clear(deadline);
    }
}
