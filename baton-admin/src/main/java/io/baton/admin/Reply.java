package io.baton.admin;

import java.util.Optional;

/**
 * An answer, complete before its first byte is sent.
 *
 * @param status of HTTP
 * @param afterwards what the request asked for and what must wait until the answer is out; runs on a thread of its own
 */
record Reply(int status, String contentType, String body, Optional<Runnable> afterwards) {

    static Reply text(String body) {
        return text(200, body);
    }

    static Reply text(int status, String body) {
        return new Reply(status, "text/plain; charset=UTF-8", body, Optional.empty());
    }

    static Reply json(String body) {
        return new Reply(200, "application/json", body, Optional.empty());
    }

    /** In a format of its own. */
    static Reply of(String contentType, String body) {
        return new Reply(200, contentType, body, Optional.empty());
    }

    Reply then(Runnable action) {
        return new Reply(status, contentType, body, Optional.of(action));
    }
}
