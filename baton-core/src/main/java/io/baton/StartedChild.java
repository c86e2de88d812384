package io.baton;

import static java.util.Objects.requireNonNull;

import io.baton.posix.Fd;

/**
 * A child that this process has started itself, and that has inherited the other end of {@code channel} by its number.
 *
 * @param pid of the child
 * @param channel our end of a SOCK_SEQPACKET pair; owned by whoever holds the record
 * @param pace how far the handover may go at first
 */
public record StartedChild(long pid, Fd channel, HandoverPace pace) {
    public StartedChild {
        requireNonNull(channel, "channel is null");
        requireNonNull(pace, "pace is null");
    }
}
