package io.baton.inherit;

import io.baton.HotRestartException;
import io.baton.InheritedSocket;
import io.baton.PathPolicy;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Fds that the environment names by number.
 *
 * @param named in the order of the list
 * @param skipped what in the list could not be understood, in words for people
 */
record NumberedSockets(List<Named> named, List<String> skipped) {

    /** @param origin for people: {@code NGINX=6} */
    record Named(int number, String origin) {}

    NumberedSockets {
        named = List.copyOf(named);
        skipped = List.copyOf(skipped);
    }

    /** Owns those that are listening sockets. Every other number stays untouched: it may be something of the JVM's. */
    static Inherited take(Posix posix, NumberedSockets numbers, PathPolicy paths) {
        List<InheritedSocket> sockets = new ArrayList<>();
        List<String> skipped = new ArrayList<>(numbers.skipped());
        Set<Integer> seen = new HashSet<>();
        try {
            for (Named named : numbers.named()) {
                Optional<String> objection = seen.add(named.number())
                        ? objection(posix, named)
                        : Optional.of("%s is named a second time".formatted(named.origin()));
                if (objection.isPresent()) {
                    skipped.add(objection.get());
                } else {
                    take(posix, named, paths, sockets, skipped);
                }
            }
            return new Inherited(sockets, skipped);
        } catch (RuntimeException e) {
            sockets.forEach(socket -> socket.fd().close());
            throw e;
        }
    }

    private static Optional<String> objection(Posix posix, Named named) {
        if (named.number() < NumberLists.FIRST) {
            return Optional.of("%s is standard input, output or error, expected an fd from %d"
                    .formatted(named.origin(), NumberLists.FIRST));
        }
        if (posix.isCloseOnExec(named.number())) {
            return Optional.of("%s was opened by this process itself, expected a socket from before its start"
                    .formatted(named.origin()));
        }
        return Optional.empty();
    }

    private static void take(
            Posix posix, Named named, PathPolicy paths, List<InheritedSocket> sockets, List<String> skipped) {
        Fd fd = Fd.own(named.number());
        try {
            InheritedSocket socket =
                    InheritedSocket.of(posix, fd, named.origin()).with(paths);
            posix.setCloseOnExec(fd, true); // what we start is to get what we give it
            sockets.add(socket);
        } catch (HotRestartException e) {
            fd.release();
            skipped.add(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            fd.release();
            throw e;
        }
    }
}
