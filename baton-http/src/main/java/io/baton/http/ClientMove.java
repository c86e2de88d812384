package io.baton.http;

import io.baton.http.Detachment.Belongings;
import io.baton.tls.RecordLayerHandler;
import io.netty.channel.Channel;
import java.util.Optional;

/** A client's connection that is to leave for another process, is on its way, or has come from one. Event loop only. */
final class ClientMove {
    private final ClientConnection client;

    /** While it is given away, or about to be: no message is begun or gone on with. */
    private boolean frozen;

    /** On its way to another process: until that is settled nobody thaws it, or two would serve it. */
    private boolean departed;

    /** Whether {@link Moves} has it in a queue. */
    boolean queued;

    /** The handover in which it was offered, or 0: when it comes back, it stays. */
    long keptInHandover;

    ClientMove(ClientConnection client) {
        this.client = client;
    }

    boolean isFrozen() {
        return frozen;
    }

    /** @param wanted whether it is to rest between two requests until somebody fetches it */
    void hold(boolean wanted) {
        frozen = wanted;
    }

    void freeze() {
        frozen = true;
    }

    /** Goes on, unless it is on its way to another process. */
    void thaw() {
        if (frozen && !departed) {
            frozen = false;
            client.resumeRequest();
        }
    }

    boolean hasDeparted() {
        return departed;
    }

    /** It is frozen and detached, and offered to another process. */
    void depart() {
        departed = true;
    }

    /** That one did not take it. */
    void comeBack() {
        departed = false;
        thaw();
    }

    Optional<Channel> upstream() {
        return client.exchange().map(exchange -> exchange.moving().channel());
    }

    int fds() {
        return client.exchange().isPresent() ? 2 : 1;
    }

    /** All there is to it; the same as long as it is frozen. */
    ConnectionSnapshot snapshot(long deadlineLeftNanos, Belongings own, Belongings upstreams) {
        Optional<Exchange> exchange = client.exchange();
        return new ConnectionSnapshot(
                client.id(),
                client.listening().name(),
                client.facts().address(),
                client.facts().local(),
                client.head().requests(),
                deadlineLeftNanos,
                client.input().copyUnread(),
                own.unsent(),
                own.tls(),
                exchange.map(Exchange::recordSnapshot).or(client.head()::snapshot),
                exchange.map(exchanging -> exchanging.snapshot(upstreams)));
    }

    /** What the other process had written and not sent is sent first. */
    void restoreOutput(ConnectionSnapshot snapshot) throws Exception {
        Secured.records(client.channel()).ifPresent(RecordLayerHandler::startOutput);
        client.output()
                .restore(
                        snapshot.unsent(),
                        snapshot.exchange()
                                .filter(at -> at.response().within())
                                .map(ExchangeSnapshot::responseChunked));
    }

    /** What it had read and not used is used, and what comes. */
    void goOn(ConnectionSnapshot snapshot) throws Exception {
        client.exchange().ifPresent(Exchange::goneOn);
        client.worker().deadlines().resume(client.deadline(), snapshot.deadlineLeftNanos());
        frozen = false;
        if (!client.input().isBytes()) {
            client.input()
                    .decoder()
                    .restore(
                            snapshot.exchange().map(ExchangeSnapshot::request).orElse(BodyPlace.START),
                            snapshot.unread());
        }
        client.resumeReading();
        Secured.records(client.channel()).ifPresent(RecordLayerHandler::startInput);
    }
}
