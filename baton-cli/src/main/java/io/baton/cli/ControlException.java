package io.baton.cli;

/** The other end of the control socket said something that is not the protocol, or nothing in time. */
final class ControlException extends Exception {
    private static final long serialVersionUID = 1L;

    ControlException(String message) {
        super(message);
    }
}
