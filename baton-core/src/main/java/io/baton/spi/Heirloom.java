package io.baton.spi;

/**
 * Something small that a process leaves to the one that takes its place, such as keys that what was begun by the one is gone on with by
 * the other. It goes along when connections can move (docs/protocol.md); without that, each process has its own. Called on threads of
 * the handover's: thread-safe, and must not block.
 */
public interface Heirloom {
    /** What {@link #name} may have in UTF-8. */
    int MAX_NAME_BYTES = 64;

    int MAX_BYTES = 4096;

    /** The same in both processes; those of which only one has it are left out. */
    String name();

    /**
     * A child is there: what it is to have.
     *
     * @return the caller's own, which may be overwritten after use; more than {@link #MAX_BYTES} is left out
     */
    byte[] give();

    /**
     * We are a child, and get the parent's, before we accept anything.
     *
     * @param bytes ours to keep
     * @throws IllegalArgumentException when they are of no use: it is logged, and the child goes on with its own
     */
    void take(byte[] bytes);
}
