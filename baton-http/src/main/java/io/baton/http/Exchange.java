package io.baton.http;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its response; {@link ExchangeState} says where they are. Event loop only. */
final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    /** RFC 9110 section 9.2.2. */
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE");

    private final ClientConnection client;
    private final Worker worker;
    private final ExchangeRecord record;
    private final HttpTimeouts timeouts;
    private final boolean head;
    private final boolean http10;
    private final boolean clientKeepsAlive;
    private final boolean upgrade;
    private final boolean replayable;
    private final Body requestBody;
    private final ResponseRelay response;
    private ExchangeState state = ExchangeState.CONNECTING;
    private @Nullable ByteBuf requestHead;
    private @Nullable Attempts attempts;
    private @Nullable UpstreamConnection upstream;
    private @Nullable Tunnel tunnel;
    private boolean reused;
    private boolean closing;
    private long unsentBefore;

    Exchange(ClientConnection client, ExchangeRecord record, ParsedRequest request) {
        this.client = client;
        this.worker = client.worker();
        this.record = record;
        this.timeouts = client.listening().timeouts();
        this.head = request.method().equals("HEAD");
        this.http10 = request.http10();
        this.clientKeepsAlive = request.keepAlive();
        this.upgrade = request.upgrade();
        this.replayable = request.framing() == Framing.NONE && IDEMPOTENT.contains(request.method());
        this.requestBody = new Body(worker.out());
        requestBody.start(
                request.framing(),
                request.contentLength(),
                Body.Output.SAME,
                client.listening().limits());
        this.response = new ResponseRelay(this, client, this::writeToClient);
    }

    boolean head() {
        return head;
    }

    boolean http10() {
        return http10;
    }

    // --- the way upstream

    /** Routes the request and finds it a connection. */
    void start(ParsedRequest request) {
        Optional<UpstreamCluster> routed;
        try {
            routed = client.listening().listener().router().route(request);
            if (routed.isEmpty()) {
                answer(404, "no route matches " + request.path(), HttpOutcome.NO_ROUTE);
                return;
            }
            record.cluster(routed.get());
            worker.requestWriter()
                    .write(
                            request,
                            client.facts(),
                            client.listening().listener().forwarded());
            ByteBuf written = client.channel().alloc().directBuffer(worker.out().length());
            worker.out().writeTo(written);
            requestHead = written;
            attempts = new Attempts(worker, routed.get(), this, replayable);
            attempts.next(record);
        } catch (RuntimeException e) {
            LOG.error("a router or cluster failed for {}; it is answered 500", request.path(), e);
            if (state.beforeResponse()) {
                answer(500, "the request cannot be routed", HttpOutcome.NO_UPSTREAM);
            } else {
                throw e;
            }
        }
    }

    void connecting(UpstreamConnection connection) {
        if (state == ExchangeState.CONNECTING && connection.isUsedBy(this)) {
            upstream = connection;
        }
    }

    /** There is a connection: the head goes, and what there is of the body. */
    void connected(UpstreamConnection connection, boolean kept) {
        upstream = connection;
        reused = kept;
        change(ExchangeEvent.CONNECTED);
        ByteBuf written = requireNonNull(requestHead, "requestHead is null");
        if (replayable) {
            written.readerIndex(0).retain(); // a connection before, now gone, may have sent some of it
        } else {
            requestHead = null;
        }
        connection.write(written);
        if (requestBody.ended()) {
            change(ExchangeEvent.REQUEST_END);
        }
        arm();
        client.resumeRequest();
    }

    void connectFailed(String reason) {
        upstream = null;
        Attempts trying = requireNonNull(attempts, "attempts is null");
        trying.failed(reason);
        change(ExchangeEvent.RETRY);
        trying.next(record);
        if (state == ExchangeState.ENDED) {
            client.flush();
        }
    }

    void noEndpoint(Pick.Reason reason, boolean tried) {
        if (tried) {
            answer(502, "no endpoint accepts a connection", HttpOutcome.CONNECT_FAILED);
        } else {
            answer(
                    503,
                    switch (reason) {
                        case NO_HEALTHY -> "no endpoint is healthy";
                        case CIRCUIT_OPEN -> "there is no room for another request";
                        case ALL_TRIED -> "there is no endpoint";
                    },
                    HttpOutcome.NO_UPSTREAM);
        }
    }

    // --- the client's bytes

    /** Whether the client's next bytes are of use now. */
    boolean wantsRequestBytes() {
        UpstreamConnection to = upstream;
        return !state.takesRequest() || to == null || to.isWritable();
    }

    /** Takes of {@code in} what is this request's and can go now. */
    void requestBytes(ByteBuf in) {
        if (!state.takesRequest()) {
            return;
        }
        UpstreamConnection to = requireNonNull(upstream, "upstream is null");
        int before = in.readableBytes();
        if (state == ExchangeState.TUNNEL) {
            to.write(in.readRetainedSlice(before));
        } else {
            try {
                requestBody.move(in, to, client.channel().alloc());
            } catch (BadMessage e) {
                record.received(before - in.readableBytes());
                refuse(e);
                return;
            }
        }
        record.received(before - in.readableBytes());
        if (state != ExchangeState.TUNNEL && requestBody.ended()) {
            change(ExchangeEvent.REQUEST_END);
        }
        arm();
    }

    void flushRequest() {
        UpstreamConnection to = upstream;
        if (to != null && state != ExchangeState.CONNECTING) {
            to.flush();
        }
    }

    void upstreamWritable() {
        UpstreamConnection to = upstream;
        if (to != null && to.isWritable()) {
            client.resumeRequest();
        }
    }

    /** The client sends nothing more, and all that it sent was offered. May be said several times. */
    void clientEnded() {
        if (state == ExchangeState.TUNNEL) {
            requireNonNull(tunnel, "tunnel is null").clientEnded();
        } else if (!requestBody.ended() && state.takesRequest()) {
            clientGone(HttpOutcome.CLIENT_CLOSED);
            client.exchangeBroken();
        }
    }

    /** The client's connection is gone, or goes. */
    void clientGone(HttpOutcome outcome) {
        if (state != ExchangeState.ENDED) {
            boolean tunnelled = state == ExchangeState.TUNNEL && outcome == HttpOutcome.CLIENT_CLOSED;
            end(UpstreamOutcome.CANCELLED, tunnelled ? HttpOutcome.TUNNELLED : outcome, false);
        }
    }

    // --- the upstream's bytes

    /** Takes over {@code in}. */
    void responseBytes(ByteBuf in) {
        if (state == ExchangeState.TUNNEL) {
            writeToClient(in);
        } else {
            try {
                response.take(in);
            } catch (BadMessage e) {
                upstreamFailed(502, "the upstream's response is malformed: " + e.reason(), UpstreamOutcome.MALFORMED);
                return;
            }
            if (state == ExchangeState.TUNNEL) {
                beginTunnel();
            }
        }
        if (state != ExchangeState.ENDED) {
            holdUpstream();
            if (!state.beforeResponse()) {
                arm();
            }
        }
    }

    /** Reads on only if the client takes it. */
    private void holdUpstream() {
        UpstreamConnection from = upstream;
        if (from != null) {
            from.setReading(client.isWritable());
        }
    }

    void flushResponse() {
        client.flush();
    }

    void clientWritable() {
        holdUpstream();
    }

    private void writeToClient(ByteBuf part) {
        record.sent(part.readableBytes());
        client.write(part);
    }

    /**
     * The final response's head came.
     *
     * @param delimited whether the client can tell where the body ends without the connection's end
     * @return what its Connection header is to say
     */
    ResponseWriter.Connection responseHead(int status, boolean delimited) {
        record.status(status);
        change(ExchangeEvent.RESPONSE_HEAD);
        dropRequestHead();
        // Early: what the client still sends would have to be read to find its next request. Few go on sending; so it
        // ends here.
        closing = !clientKeepsAlive
                || !delimited
                || state == ExchangeState.EARLY
                || worker.shared().drainClose();
        return connectionHeader();
    }

    private ResponseWriter.Connection connectionHeader() {
        if (closing) {
            return ResponseWriter.Connection.CLOSE;
        }
        return http10 ? ResponseWriter.Connection.KEEP_ALIVE : ResponseWriter.Connection.KEPT;
    }

    /** The response is whole. */
    void responseEnd() {
        end(UpstreamOutcome.COMPLETED, HttpOutcome.COMPLETED, response.upstreamKept() && requestBody.ended());
        client.flush();
        leaveClient();
    }

    private void leaveClient() {
        if (closing) {
            client.exchangeEndedLast(!clientKeepsAlive && requestBody.ended());
        } else {
            client.exchangeEnded();
        }
    }

    // --- tunnels

    boolean tunnels() {
        return state == ExchangeState.TUNNEL;
    }

    void switchProtocols() throws BadMessage {
        if (!upgrade || state != ExchangeState.AWAITING) {
            throw BadMessage.malformed("it switches protocols, which was not asked for");
        }
        record.status(101);
        change(ExchangeEvent.SWITCHED);
        dropRequestHead();
        UpstreamConnection with = requireNonNull(upstream, "upstream is null");
        tunnel = new Tunnel(client, with);
    }

    /** The head that says so is written; what each side had said before goes now. */
    private void beginTunnel() {
        ByteBuf first = response.takeHeld();
        if (first != null) {
            writeToClient(first);
        }
        client.resumeRequest();
    }

    void upstreamHalfClosed() {
        if (state == ExchangeState.TUNNEL) {
            requireNonNull(tunnel, "tunnel is null").upstreamEnded();
        }
    }

    // --- the ends

    /** The upstream's connection ended; it is not to be used any more. */
    void upstreamClosed() {
        UpstreamConnection ended = requireNonNull(upstream, "upstream is null");
        Attempts trying = requireNonNull(attempts, "attempts is null");
        switch (state) {
            case CONNECTING, ENDED -> {}
            case TUNNEL -> {
                end(UpstreamOutcome.COMPLETED, HttpOutcome.TUNNELLED, false);
                if (ended.failed()) {
                    client.exchangeBroken();
                } else {
                    client.exchangeEndedLast(false);
                }
            }
            case SENDING, AWAITING -> {
                if (reused && !response.begun() && trying.mayReplay()) {
                    upstream = null;
                    trying.stale();
                    change(ExchangeEvent.RETRY);
                    trying.next(record);
                    client.flush();
                } else {
                    upstreamFailed(502, "the upstream closed without a response", UpstreamOutcome.CLOSED);
                    client.flush();
                }
            }
            case EARLY, RESPONDING -> {
                if (!ended.failed() && response.endOfStream()) {
                    responseEnd();
                } else {
                    upstreamFailed(502, "", UpstreamOutcome.CLOSED);
                }
                client.flush();
            }
        }
    }

    /** The upstream failed us: the client is told so if it can still be, and else reset. */
    private void upstreamFailed(int status, String reason, UpstreamOutcome outcome) {
        HttpOutcome told = switch (outcome) {
            case MALFORMED -> HttpOutcome.UPSTREAM_MALFORMED;
            case TIMEOUT -> HttpOutcome.UPSTREAM_TIMEOUT;
            case COMPLETED, CONNECT_FAILED, STALE, CLOSED, CANCELLED -> HttpOutcome.UPSTREAM_CLOSED;
        };
        if (state.beforeResponse()) {
            endLease(outcome);
            answer(status, reason, told);
        } else {
            end(outcome, told, false);
            client.exchangeBroken();
        }
    }

    /** The client's body is malformed. */
    private void refuse(BadMessage bad) {
        if (state.beforeResponse()) {
            endLease(UpstreamOutcome.CANCELLED);
            closing = true;
            answer(bad.status(), bad.reason(), HttpOutcome.REFUSED);
        } else {
            end(UpstreamOutcome.CANCELLED, HttpOutcome.REFUSED, false);
            client.exchangeBroken();
        }
    }

    /** Says something ourselves, which ends the exchange. */
    private void answer(int status, String reason, HttpOutcome outcome) {
        closing |= !clientKeepsAlive || !requestBody.ended() || worker.shared().drainClose();
        record.status(status);
        writeToClient(LocalAnswer.of(client.channel().alloc(), status, reason, head, connectionHeader()));
        end(UpstreamOutcome.CANCELLED, outcome, false);
        client.flush();
        leaveClient();
    }

    private void endLease(UpstreamOutcome outcome) {
        Attempts trying = attempts;
        if (trying != null) {
            trying.end(outcome);
        }
    }

    /** Everything is given back, and the report is made: the one place where an exchange ends. */
    private void end(UpstreamOutcome leaseOutcome, HttpOutcome outcome, boolean upstreamKept) {
        change(ExchangeEvent.END);
        endLease(leaseOutcome);
        dropRequestHead();
        response.drop();
        UpstreamConnection used = upstream;
        upstream = null;
        if (used != null) {
            used.release(upstreamKept);
        }
        record.report(client.facts(), client.id(), worker.shared().observer(), outcome);
    }

    private void dropRequestHead() {
        ByteBuf written = requestHead;
        if (written != null) {
            requestHead = null;
            written.release();
        }
    }

    private void change(ExchangeEvent event) {
        state = state.next(event);
    }

    // --- time

    private void arm() {
        switch (state) {
            case CONNECTING, ENDED -> client.disarm(); // connecting has its own limit
            case SENDING -> client.arm((wantsRequestBytes() ? timeouts.requestBody() : timeouts.stream()).toNanos());
            case AWAITING -> client.arm(timeouts.response().toNanos());
            case EARLY, RESPONDING, TUNNEL -> client.arm(timeouts.stream().toNanos());
        }
        unsentBefore = unsent();
    }

    private long unsent() {
        UpstreamConnection to = upstream;
        return client.unsentBytes() + (to == null ? 0 : to.unsentBytes());
    }

    /** Nothing came for so long; but something may have gone. */
    void onDeadline() {
        if (state != ExchangeState.AWAITING && unsent() < unsentBefore) {
            arm();
            return;
        }
        boolean clientsFault = state == ExchangeState.SENDING ? wantsRequestBytes() : !client.isWritable();
        switch (state) {
            case CONNECTING, ENDED -> {}
            case SENDING -> {
                if (clientsFault) {
                    closing = true;
                    endLease(UpstreamOutcome.CANCELLED);
                    answer(408, "the request's body did not come in time", HttpOutcome.CLIENT_TIMEOUT);
                } else {
                    upstreamFailed(504, "the upstream does not take the request", UpstreamOutcome.TIMEOUT);
                }
            }
            case AWAITING -> upstreamFailed(504, "the upstream did not respond in time", UpstreamOutcome.TIMEOUT);
            case EARLY, RESPONDING -> {
                if (clientsFault) {
                    end(UpstreamOutcome.CANCELLED, HttpOutcome.CLIENT_TIMEOUT, false);
                    client.exchangeBroken();
                } else {
                    upstreamFailed(504, "", UpstreamOutcome.TIMEOUT);
                }
            }
            case TUNNEL -> {
                end(UpstreamOutcome.COMPLETED, HttpOutcome.TUNNELLED, false);
                client.exchangeBroken();
            }
        }
    }
}
