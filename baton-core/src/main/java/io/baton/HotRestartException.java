package io.baton;

/** A hot restart that cannot go on; the message is what the user reads, in Envoy's words where Envoy has words. */
public class HotRestartException extends Exception {
    private static final long serialVersionUID = 1L;

    public HotRestartException(String message) {
        super(message);
    }

    public HotRestartException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Another live process has the socket names of this base id and epoch. */
    public static final class AddressInUse extends HotRestartException {
        private static final long serialVersionUID = 1L;

        AddressInUse(String message) {
            super(message);
        }

        public AddressInUse(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** This hot restart was undone before its commit: the parent serves on, with all connections that could go back. */
    public static final class RolledBack extends HotRestartException {
        private static final long serialVersionUID = 1L;

        RolledBack(String reason) {
            super("rolled back: " + reason);
        }
    }
}
