package io.baton.relay;

import io.baton.posix.Fd;
import io.baton.spi.RestoredConnection;
import java.util.List;

/**
 * A connection that came from another process: counted against the limits, and not touched before it is ours.
 *
 * @param loop that gets it
 * @param route of that loop
 * @param fds owned by this until the loop has them: client, upstream if there is one, then read and write end of each pipe in use, the upward one first
 */
record Arrival(EventLoop loop, Route route, ConnectionSnapshot snapshot, List<Fd> fds) implements RestoredConnection {

    @Override
    public void activate() {
        loop.post(new Move.Admit(this));
    }

    @Override
    public void discard() {
        fds.forEach(Fd::close);
        loop.giveRoom(snapshot.pipes());
    }
}
