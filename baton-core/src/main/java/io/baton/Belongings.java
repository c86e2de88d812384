package io.baton;

import static java.util.Objects.requireNonNull;

import io.baton.spi.ConnectionKind;
import java.util.List;
import java.util.Map;

/**
 * What a process takes along when its image is replaced in place (execve with the same pid): all that is not in kernel objects, and the
 * numbers of the fds of what is. {@link BelongingsCodec} has the format. Fds are bare numbers here: nobody owns them yet, or any more.
 *
 * @param wayBack how to go back to the image that wrote this
 * @param baseId of the lineage that the process is in
 * @param epoch stays the same: no process took another's place
 * @param images how many images this process has had before the one that reads this, 1 or more
 * @param originalStartSeconds Unix time at which the first process of the lineage started
 * @param stoppedNanos {@link System#nanoTime} when the image before stopped serving; the clock is the machine's, not the JVM's
 * @param cut connections that could not go along
 * @param generation {@code server.hot_restart_generation} so far
 * @param counters by name
 * @param heirlooms as for a child
 * @param listeners fds of bound sockets
 */
public record Belongings(
        WayBack wayBack,
        BaseId baseId,
        RestartEpoch epoch,
        int images,
        long originalStartSeconds,
        long stoppedNanos,
        long cut,
        long generation,
        Map<String, Long> counters,
        List<Left> heirlooms,
        List<Integer> listeners,
        List<Connection> connections) {

    public Belongings {
        requireNonNull(wayBack, "wayBack is null");
        requireNonNull(baseId, "baseId is null");
        requireNonNull(epoch, "epoch is null");
        counters = Map.copyOf(counters);
        heirlooms = List.copyOf(heirlooms);
        listeners = List.copyOf(listeners);
        connections = List.copyOf(connections);
        if (images < 1) {
            throw new IllegalArgumentException("images is %d, expected 1 or more".formatted(images));
        }
    }

    /**
     * Whom to start again when the new image cannot serve.
     *
     * @param program the launcher
     * @param config what it had been told to do, as it had read it: the file may be another by now
     */
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    public record WayBack(String program, byte[] config) {}

    /** A thing left behind, by its {@link io.baton.spi.Heirloom#name}. */
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    public record Left(String name, byte[] bytes) {}

    /** A quiesced connection: its {@link io.baton.spi.Snapshot}, with numbers for fds. */
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    public record Connection(ConnectionKind kind, byte[] snapshot, List<Integer> fds) {
        public Connection {
            fds = List.copyOf(fds);
        }
    }
}
