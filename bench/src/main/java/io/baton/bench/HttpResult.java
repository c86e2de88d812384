package io.baton.bench;

import static java.util.Objects.requireNonNull;

/**
 * What became of every request of an {@link HttpLoad}. Each request sent is either answered or failed, never both or neither.
 *
 * @param sent requests begun
 * @param answered with status 200 and every byte right, in time
 * @param failures the others
 * @param connectionsOpened TCP connections established
 * @param closedIdle kept connections that the other side ended while nothing was under way on them (no request lost by that)
 * @param notClosed connections whose answer said {@code Connection: close} and that were then reset or not closed in time
 * @param unasked connections on which bytes came that nobody had asked for: doubled or misdirected
 * @param samples the answered ones, one by one
 */
public record HttpResult(
        long sent,
        long answered,
        Failures failures,
        long connectionsOpened,
        long closedIdle,
        long notClosed,
        long unasked,
        Samples samples) {
    public HttpResult {
        requireNonNull(failures, "failures is null");
        requireNonNull(samples, "samples is null");
        if (sent != answered + failures.total()) {
            throw new IllegalStateException(
                    "%d requests sent, but %d answered and %d failed".formatted(sent, answered, failures.total()));
        }
    }

    /** Whether nothing at all went wrong. */
    public boolean isClean() {
        return failures.total() == 0 && unasked == 0;
    }

    public HttpResult plus(HttpResult other) {
        return new HttpResult(
                sent + other.sent,
                answered + other.answered,
                failures.plus(other.failures),
                connectionsOpened + other.connectionsOpened,
                closedIdle + other.closedIdle,
                notClosed + other.notClosed,
                unasked + other.unasked,
                samples.plus(other.samples));
    }
}
