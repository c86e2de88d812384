package io.baton.http;

import io.baton.http.Detachment.Belongings;

/** An {@link Exchange} on its way to another process. Event loop only. */
final class ExchangeMove {
    private final Exchange exchange;

    ExchangeMove(Exchange exchange) {
        this.exchange = exchange;
    }

    /** Whether it can go on elsewhere now: any time as a tunnel, else when it takes long and both messages are where a decoder finds in. */
    boolean isPossible(long atLeastNanos) {
        if (!(exchange.client() instanceof ClientConnection own)
                || !(exchange.upstream().orElse(null) instanceof UpstreamConnection with)
                || !Secured.isMovable(own.channel())
                || !Secured.isMovable(with.channel())) {
            return false; // nothing upstream, a stream of a connection that stays, or TLS that nobody can take over
        }
        return switch (exchange.state()) {
            case TUNNEL -> true;
            case SENDING, AWAITING, EARLY, RESPONDING ->
                exchange.record().ageNanos() >= atLeastNanos
                        && own.input().decoder().place().kind() != BodyPlace.Kind.ELSEWHERE
                        && with.place().kind() != BodyPlace.Kind.ELSEWHERE;
            case CONNECTING, ENDED -> false;
        };
    }

    UpstreamConnection upstream() {
        if (exchange.upstream().orElse(null) instanceof UpstreamConnection own) {
            return own;
        }
        throw new IllegalStateException("what is upstream does not move: " + exchange.upstream());
    }

    private ClientInput input() {
        if (exchange.client() instanceof ClientConnection own) {
            return own.input();
        }
        throw new IllegalStateException("a stream does not move");
    }

    RecordSnapshot recordSnapshot() {
        ExchangeRecord record = exchange.record();
        record.received(exchange.client().takeReceived());
        record.sent(exchange.client().output().takeSent());
        return record.snapshot();
    }

    ExchangeSnapshot snapshot(Belongings upstreams) {
        boolean tunnelled = exchange.state() == ExchangeState.TUNNEL;
        UpstreamConnection with = upstream();
        ResponseRelay response = exchange.response();
        return new ExchangeSnapshot(
                exchange.state(),
                exchange.terms(),
                exchange.closing(),
                response.upstreamKept(),
                response.chunked(),
                tunnelled ? BodyPlace.START : input().decoder().place(),
                tunnelled ? BodyPlace.START : with.place(),
                tunnelled ? new byte[0] : with.copyUnread(),
                upstreams.unsent(),
                upstreams.tls());
    }
}
