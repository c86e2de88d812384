package io.baton;

import io.baton.posix.Fd;
import java.time.Duration;
import java.util.Optional;

/** The parent, as it can be reached without the channel. */
interface MigratingParent {
    /** Our end of a new channel, which the caller owns; empty when the parent has none for us. */
    Optional<Fd> handoverChannel(Duration patience);

    /** Pid as the kernel vouched for it; 0 when it is not visible from here. */
    long pid();

    /** Waits no longer than {@code patience} for the end of a process that may be about to end. */
    boolean ends(Duration patience);

    /** Its last connection has left. */
    void isEmpty();
}
