package io.baton.cli;

import static java.util.Objects.requireNonNull;

/** The other end of the control socket said something that is not the protocol, or nothing in time. */
final class ControlException extends Exception {
    private static final long serialVersionUID = 1L;

    ControlException(String message) {
        super(message);
    }

    /** Always there: no constructor goes without. */
    @Override
    public String getMessage() {
        return requireNonNull(super.getMessage());
    }
}
