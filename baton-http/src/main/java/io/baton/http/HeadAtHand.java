package io.baton.http;

import static java.util.Objects.requireNonNullElseGet;

import io.netty.handler.codec.http.FullHttpResponse;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is noted of a client's next request before there is one: its head comes, or turns out to be none. Event loop only. */
final class HeadAtHand {
    private final ClientConnection client;
    private @Nullable ExchangeRecord record;
    private long requests;

    HeadAtHand(ClientConnection client) {
        this.client = client;
    }

    /** How many requests came on the connection, those that were none included. */
    long requests() {
        return requests;
    }

    /** So many came in another process. */
    void restore(long before) {
        requests = before;
    }

    /** It began to come in another process. */
    void restore(ExchangeRecord noted) {
        record = noted;
    }

    /** Its first byte is here. */
    void begin() {
        record = new ExchangeRecord(client.listening());
    }

    /** It is no request, and nobody is to hear of it. */
    void forget() {
        record = null;
    }

    /** All of it is here, and it is good. */
    ExchangeRecord whole(CheckedRequest checked) {
        ExchangeRecord noted = take();
        noted.request(checked);
        return noted;
    }

    private ExchangeRecord take() {
        ExchangeRecord noted = requireNonNullElseGet(record, () -> new ExchangeRecord(client.listening()));
        record = null;
        requests++;
        return noted;
    }

    /** It is none that we take: says so. */
    void refuse(BadMessage bad) {
        ExchangeRecord noted = take();
        noted.received(received());
        answerLast(noted, bad.status(), bad.reason());
        report(noted, HttpOutcome.REFUSED);
    }

    /** It did not come in time: says so. */
    void late() {
        ExchangeRecord noted = record;
        if (noted != null) {
            answerLast(noted, 408, "the request's head did not come in time");
            unfinished(HttpOutcome.CLIENT_TIMEOUT);
        }
    }

    /** The connection ends within it, if it has begun. */
    void unfinished(HttpOutcome outcome) {
        if (record != null) {
            ExchangeRecord noted = take();
            noted.received(received());
            report(noted, outcome);
        }
    }

    Optional<RecordSnapshot> snapshot() {
        return Optional.ofNullable(record).map(ExchangeRecord::snapshot);
    }

    private void answerLast(ExchangeRecord noted, int status, String reason) {
        FullHttpResponse answer = LocalAnswer.of(status, reason, false, ConnectionHeader.CLOSE);
        noted.status(status);
        client.output().write(answer);
        noted.sent(client.output().takeSent());
    }

    private long received() {
        return client.input().takeReceived() + client.input().unread();
    }

    private void report(ExchangeRecord noted, HttpOutcome outcome) {
        noted.report(client.facts(), client.id(), client.worker().shared().observer(), outcome);
    }
}
