package io.baton;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls into the server's code, whose failure must not become ours. */
final class Guarded {
    private static final Logger LOG = LoggerFactory.getLogger(Guarded.class);

    private Guarded() {}

    /** Runs {@code call}; returns false when it failed, which is logged. */
    static boolean run(String what, Runnable call) {
        try {
            call.run();
            return true;
        } catch (RuntimeException | Error e) { // an Error of theirs, too: it would end our thread without a word
            LOG.error("{} of the server failed", what, e);
            return false;
        }
    }
}
