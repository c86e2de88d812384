package io.baton.http;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its response; {@link ExchangeState} says where they are. Event loop only. */
final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final ClientSide client;
    private final Worker worker;
    private final ExchangeRecord record;
    private final ExchangeClock clock;
    private final ExchangeTerms terms;
    private final RequestRelay request;
    private final ResponseRelay response;
    private final ExchangeMove move = new ExchangeMove(this);
    private ExchangeState state = ExchangeState.CONNECTING;
    private @Nullable Attempts attempts;
    private @Nullable UpstreamSide upstream;
    private @Nullable Tunnel tunnel;
    private boolean takesTrailers;

    /** Whether a refusal is to be told as gRPC has it. */
    private boolean grpc;

    /** Whether there is no request, and so nobody to be answered. */
    private boolean bytesOnly;

    private boolean reused;
    private boolean closing;

    Exchange(ClientSide client, ExchangeRecord record, CheckedRequest asked) {
        this.client = client;
        this.worker = client.worker();
        this.record = record;
        this.clock = new ExchangeClock(client);
        this.terms = ExchangeTerms.of(asked);
        this.request = new RequestRelay(asked);
        this.response = new ResponseRelay(this, client);
    }

    /** All of a connection, which has no requests: {@link #startTunnel} is to follow. */
    Exchange(ClientConnection client, ExchangeRecord record) {
        this.client = client;
        this.worker = client.worker();
        this.record = record;
        this.clock = new ExchangeClock(client);
        this.terms = ExchangeTerms.BYTES;
        this.request = new RequestRelay(true);
        this.response = new ResponseRelay(this, client);
        this.bytesOnly = true;
        this.closing = true;
    }

    /** One that began in another process. */
    Exchange(ClientConnection client, ExchangeRecord record, ExchangeSnapshot snapshot) {
        this.client = client;
        this.worker = client.worker();
        this.record = record;
        this.clock = new ExchangeClock(client);
        this.terms = snapshot.terms();
        this.request = new RequestRelay(!snapshot.request().within());
        this.response = new ResponseRelay(this, client);
        this.response.restore(snapshot.upstreamKept(), snapshot.responseChunked());
        this.state = snapshot.state();
        this.closing = snapshot.closing();
    }

    HttpLimits limits() {
        return client.listening().limits();
    }

    ExchangeTerms terms() {
        return terms;
    }

    boolean http10() {
        return terms.http10();
    }

    /** Whether an upstream that speaks HTTP/2 is to be told that the client takes trailers. */
    boolean takesTrailers() {
        return takesTrailers;
    }

    // --- the way upstream

    /** Routes the request and finds it a connection. */
    void start(CheckedRequest asked) {
        grpc = asked.grpc();
        Optional<UpstreamCluster> routed;
        try {
            HttpRouter router = client.listening().listener().router();
            routed = asked.connect() ? router.connect(asked) : router.route(asked);
            if (routed.isEmpty() && asked.connect()) {
                closing = true; // it may be the tunnel's bytes that come next
                answer(501, "CONNECT is for forward proxies, and no route here takes it", HttpOutcome.NO_ROUTE);
                return;
            }
            if (routed.isEmpty()) {
                answer(404, "no route matches " + asked.path(), HttpOutcome.NO_ROUTE);
                return;
            }
            record.cluster(routed.get());
            if (asked.connect() && routed.get().protocol() == UpstreamProtocol.HTTP_2) {
                closing = true;
                answer(501, "CONNECT does not go through HTTP/2", HttpOutcome.NO_UPSTREAM);
                return;
            }
            takesTrailers = routed.get().protocol() == UpstreamProtocol.HTTP_2 && asked.takesTrailers();
            RequestRewrite.apply(
                    asked, client.facts(), client.listening().listener().forwarded());
            attempts = new Attempts(worker, routed.get(), this, asked.replayable());
            attempts.next(record);
        } catch (RuntimeException e) {
            LOG.error("a router or cluster failed for {}; it is answered 500", asked.path(), e);
            if (state.beforeResponse()) {
                answer(500, "the request cannot be routed", HttpOutcome.NO_UPSTREAM);
            } else {
                throw e;
            }
        }
    }

    /** Finds the connection's bytes a connection of their own. */
    void startTunnel(UpstreamCluster cluster) {
        record.cluster(cluster);
        Attempts trying = Attempts.ofBytes(worker, cluster, this);
        attempts = trying;
        trying.next(record);
    }

    void connecting(UpstreamSide connection) {
        if (state == ExchangeState.CONNECTING && connection.isUsedBy(this)) {
            upstream = connection;
        }
    }

    /** There is a connection: the head goes, and what there is of the body. */
    void connected(UpstreamSide connection, boolean kept) {
        upstream = connection;
        reused = kept;
        change(ExchangeEvent.CONNECTED);
        if (bytesOnly) {
            change(ExchangeEvent.REQUEST_END);
            change(ExchangeEvent.SWITCHED);
            beginTunnel();
            arm();
            return;
        }
        request.begin(connection);
        if (request.ended()) {
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
            client.output().flush();
        }
    }

    // --- what the client sends

    /** Whether more of the client's body, or its tunnel's bytes, can be taken at all now. */
    boolean takesRequest() {
        return state.takesRequest();
    }

    /** Whether more is to be read from the client, of which {@code unread} bytes are not taken yet. */
    boolean wantsMore(int unread) {
        return state.takesRequest() ? upstreamTakes() : unread == 0;
    }

    private boolean upstreamTakes() {
        UpstreamSide to = upstream;
        return to == null || to.isWritable();
    }

    /** Takes over the next part of the request's body. */
    void requestPart(HttpContent part) {
        if (request.ended() || !state.takesRequest()) {
            part.release(); // the end of a request without a body, or what comes after the exchange failed
            return;
        }
        try {
            request.take(part, requireNonNull(upstream, "upstream is null"));
        } catch (BadMessage e) {
            fail(ExchangeFailure.ofRequest(e));
            return;
        }
        if (request.ended()) {
            change(ExchangeEvent.REQUEST_END);
        }
        arm();
    }

    /** Takes over bytes of a tunnel. */
    void tunnelRequest(ByteBuf bytes) {
        requireNonNull(tunnel, "tunnel is null").request(bytes);
        arm();
    }

    void flushRequest() {
        UpstreamSide to = upstream;
        if (to != null && state != ExchangeState.CONNECTING) {
            to.flush();
        }
    }

    void upstreamWritable() {
        UpstreamSide to = upstream;
        if (to != null && to.isWritable()) {
            client.resumeRequest();
        }
    }

    /** The client sends nothing more, and all that it sent was offered. May be said several times. */
    void clientEnded() {
        if (state == ExchangeState.TUNNEL) {
            requireNonNull(tunnel, "tunnel is null").clientEnded();
        } else if (!request.ended() && state.takesRequest()) {
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

    // --- what the upstream sends

    /** Takes over the next part of the response, or why it is none. */
    void responsePart(Object part) {
        try {
            if (part instanceof BadMessage bad) {
                throw bad;
            }
            response.take((HttpObject) part);
        } catch (BadMessage e) {
            fail(ExchangeFailure.ofResponse(e));
            return;
        }
        passed();
    }

    /** Takes over bytes of a tunnel. */
    void tunnelResponse(ByteBuf bytes) {
        requireNonNull(tunnel, "tunnel is null").response(bytes);
        passed();
    }

    private void passed() {
        if (state != ExchangeState.ENDED) {
            holdUpstream();
            if (!state.beforeResponse()) {
                arm();
            }
        }
    }

    /** Reads on only if the client takes it. */
    private void holdUpstream() {
        UpstreamSide from = upstream;
        if (from != null) {
            from.setReading(client.output().isWritable());
        }
    }

    void flushResponse() {
        client.output().flush();
    }

    void clientWritable() {
        holdUpstream();
    }

    /**
     * The final response's head came.
     *
     * @param delimited whether the client can tell where the body ends without the connection's end
     * @return what its Connection header is to say
     */
    ConnectionHeader responseHead(int status, boolean delimited) {
        record.status(status);
        change(ExchangeEvent.RESPONSE_HEAD);
        // Early: what the client still sends would have to be read to find its next request. Few go on sending; so it
        // ends here.
        closing = !terms.keepAlive() || !delimited || state == ExchangeState.EARLY || client.drainClose();
        return connectionHeader();
    }

    private ConnectionHeader connectionHeader() {
        if (closing) {
            return ConnectionHeader.CLOSE;
        }
        return http10() ? ConnectionHeader.KEEP_ALIVE : ConnectionHeader.KEPT;
    }

    /** The response is whole. */
    void responseEnd() {
        end(UpstreamOutcome.COMPLETED, HttpOutcome.COMPLETED, response.upstreamKept() && request.ended());
        client.output().flush();
        leaveClient();
    }

    private void leaveClient() {
        if (closing) {
            client.exchangeEndedLast(!terms.keepAlive() && request.ended());
        } else {
            client.exchangeEnded();
        }
    }

    // --- tunnels

    void switchProtocols(int status) {
        if (!terms.tunnels(status) || state != ExchangeState.AWAITING) {
            throw BadMessage.malformed("it switches protocols, which was not asked for");
        }
        record.status(status);
        change(ExchangeEvent.SWITCHED);
    }

    /** The head that says so is written; what each side had said before goes now. */
    void beginTunnel() {
        if (!(client instanceof ClientConnection asking) || !(upstream instanceof UpstreamConnection answering)) {
            throw new IllegalStateException("a tunnel needs a connection of its own on both sides");
        }
        Tunnel begun = new Tunnel(asking, answering, record);
        tunnel = begun;
        begun.begin();
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
        UpstreamSide ended = requireNonNull(upstream, "upstream is null");
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
                if (reused && !ended.responseBegun() && trying.mayReplay()) {
                    upstream = null;
                    trying.stale();
                    change(ExchangeEvent.RETRY);
                    trying.next(record);
                    client.output().flush();
                } else {
                    fail(ExchangeFailure.UPSTREAM_CLOSED);
                    client.output().flush();
                }
            }
            case EARLY, RESPONDING -> {
                fail(ExchangeFailure.UPSTREAM_CLOSED);
                client.output().flush();
            }
        }
    }

    /** The client is told so if it can still be, and else reset. */
    void fail(ExchangeFailure failure) {
        if (state.beforeResponse() && !bytesOnly) {
            endLease(failure.upstream());
            closing |= failure.clientsFault();
            answer(failure.status(), failure.reason(), failure.outcome());
        } else {
            end(failure.upstream(), failure.outcome(), false);
            client.exchangeBroken();
        }
    }

    /** Says something ourselves, which ends the exchange. */
    private void answer(int status, String reason, HttpOutcome outcome) {
        closing |= !terms.keepAlive() || !request.ended() || client.drainClose();
        FullHttpResponse answer = grpc
                ? LocalAnswer.grpc(status, reason, connectionHeader())
                : LocalAnswer.of(status, reason, terms.head(), connectionHeader());
        record.status(answer.status().code());
        client.output().write(answer);
        end(UpstreamOutcome.CANCELLED, outcome, false);
        client.output().flush();
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
        record.received(client.takeReceived());
        record.sent(client.output().takeSent());
        UpstreamSide used = upstream;
        upstream = null;
        if (used != null) {
            used.release(upstreamKept);
        }
        record.report(client.facts(), client.id(), worker.shared().observer(), outcome);
    }

    private void change(ExchangeEvent event) {
        state = state.next(event);
    }

    // --- to another process

    ExchangeMove move() {
        return move;
    }

    /** It goes on in another process, which reports it. */
    void moved() {
        UpstreamConnection with = move.upstream();
        change(ExchangeEvent.END);
        endLease(UpstreamOutcome.MOVED);
        upstream = null;
        with.moved();
    }

    /** It goes on here, with what has come from another process; nothing has been read from either side yet. */
    void goOn(ClientConnection asking, UpstreamConnection with, UpstreamCluster cluster, UpstreamLease lease) {
        attempts = Attempts.goneOn(worker, cluster, this, lease);
        upstream = with;
        if (state == ExchangeState.TUNNEL) {
            tunnel = new Tunnel(asking, with, record);
        }
    }

    /** Both sides are read from now on. */
    void goneOn() {
        if (state != ExchangeState.ENDED) {
            holdUpstream();
            arm();
        }
    }

    ClientSide client() {
        return client;
    }

    Optional<UpstreamSide> upstream() {
        return Optional.ofNullable(upstream);
    }

    ExchangeState state() {
        return state;
    }

    ExchangeRecord record() {
        return record;
    }

    ResponseRelay response() {
        return response;
    }

    /** Whether the client has been told that the connection ends with this response. */
    boolean closing() {
        return closing;
    }

    // --- time

    private void arm() {
        clock.arm(state, upstreamTakes(), upstream);
    }

    /** Nothing came for so long; but something may have gone. */
    void onDeadline() {
        ExchangeFailure failure = clock.expired(state, upstreamTakes(), upstream);
        if (failure == null) {
            arm();
        } else {
            fail(failure);
        }
    }
}
