package io.baton.posix;

import java.util.ArrayList;
import java.util.List;

/**
 * The fds another program is to get, duplicated to numbers above all those they are to have there: so none is overwritten before it
 * was put in its place. The duplicates are close-on-exec, and closed with this.
 *
 * @param placements in the order of their targets
 */
record PassedFds(List<Placement> placements) implements AutoCloseable {

    /** The first number after standard input, output and error. */
    static final int FIRST_TARGET = SpawnRequest.FIRST_INHERITED;

    /** That {@code source} is to be {@code target} there. */
    record Placement(Fd source, int target) {}

    PassedFds {
        placements = List.copyOf(placements);
    }

    /** The first number that the program is not to have open. */
    static int end(SpawnRequest request) {
        return FIRST_TARGET + request.inherited().size();
    }

    /** Duplicates all or, when one fails, none. */
    static PassedFds duplicate(SpawnRequest request, FileCalls files) {
        int lowest = end(request);
        List<Placement> placements = new ArrayList<>();
        try {
            request.standardStreams().ifPresent(streams -> {
                placements.add(new Placement(files.duplicate(streams.input(), lowest), 0));
                placements.add(new Placement(files.duplicate(streams.output(), lowest), 1));
                placements.add(new Placement(files.duplicate(streams.error(), lowest), 2));
            });
            for (Fd fd : request.inherited()) {
                int target = FIRST_TARGET + placements.size() - standardStreamCount(request);
                placements.add(new Placement(files.duplicate(fd, lowest), target));
            }
            return new PassedFds(placements);
        } catch (RuntimeException failure) {
            placements.forEach(placement -> placement.source().close());
            throw failure;
        }
    }

    private static int standardStreamCount(SpawnRequest request) {
        return request.standardStreams().isPresent() ? FIRST_TARGET : 0;
    }

    @Override
    public void close() {
        placements.forEach(placement -> placement.source().close());
    }
}
