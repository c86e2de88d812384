package io.baton;

import io.baton.posix.Posix;
import io.baton.posix.SocketType;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds out which epoch a process must have to become the child of one that runs, an Envoy that somebody else started for one. The
 * processes of a lineage do not tell their epochs, but each has socket names that end in its epoch modulo 3: whoever has those to which
 * the process after would talk is its parent. That the number itself may be three or six behind the parent's own count does no harm: the
 * protocol knows nothing but the remainder.
 */
public final class NextEpoch {
    private NextEpoch() {}

    /**
     * The epoch of a child of the newest process of the lineage. Probes each name by connect(2), and sends nothing.
     *
     * @param socketPath as {@link HotRestartOptions#socketPath}
     * @throws HotRestartException when there is no such process, or three of them: a fourth must wait for one to end
     */
    public static RestartEpoch after(Posix posix, String socketPath, BaseId baseId) throws HotRestartException {
        DomainSocketNames names = new DomainSocketNames(socketPath, baseId);
        List<RestartEpoch> living = new ArrayList<>();
        for (int slot = 0; slot < RestartEpoch.MAX_PROCESSES; slot++) {
            RestartEpoch epoch = new RestartEpoch(slot);
            if (UnixPaths.isLive(posix, names.address(DomainSocketNames.Role.PARENT, epoch), SocketType.DATAGRAM)) {
                living.add(epoch);
            }
        }
        return switch (living.size()) {
            case 0 ->
                throw new HotRestartException(
                        "no process of base id %d has the sockets %s_parent_%d to %d, expected one to take over from"
                                .formatted(
                                        baseId.value(),
                                        socketPath,
                                        baseId.scaled(),
                                        baseId.scaled() + RestartEpoch.MAX_PROCESSES - 1));
            case 1 -> living.getFirst().next();
            // Of two the newer is the one whose predecessor is the other: 0 comes after 2 as well as before 1.
            case 2 ->
                living.getFirst().next().equals(living.getLast())
                        ? living.getLast().next()
                        : living.getLast().next().next();
            default ->
                throw new HotRestartException(
                        "base id %d has three processes already, expected at most two: wait until one has ended"
                                .formatted(baseId.value()));
        };
    }
}
