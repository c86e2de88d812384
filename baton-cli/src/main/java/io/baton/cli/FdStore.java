package io.baton.cli;

import io.baton.ListenerSocket;
import io.baton.Listeners;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * systemd's file descriptor store: duplicates of this generation's listeners, which come back as {@code LISTEN_FDS} to whatever is
 * started after a crash or a restart, so that clients wait in the queue instead of being refused. sd_pid_notify_with_fds(3).
 */
final class FdStore {
    /** Stores nothing. */
    static final FdStore NONE = new FdStore(null, null);

    static final String PREFIX = "baton-";
    private static final int MAX_NAME = 255;

    /**
     * After a hot restart systemd hears us only when it has heard from the old process that we are the main one, and nobody tells us
     * when that was. What it has already, it does not store again.
     */
    private static final int TIMES = 5;

    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final @Nullable Listeners listeners;
    private final @Nullable Notifier notifier;
    private volatile boolean handedOver;

    private FdStore(@Nullable Listeners listeners, @Nullable Notifier notifier) {
        this.listeners = listeners;
        this.notifier = notifier;
    }

    /**
     * Has them stored, now and some more times on a thread that nobody waits for, and those of an earlier process forgotten that are
     * none of ours.
     */
    static FdStore keep(Listeners listeners, Notifier notifier, Map<String, String> environment) {
        listeners.keepPaths();
        FdStore store = new FdStore(listeners, notifier);
        Set<String> ours = listeners.all().stream().map(FdStore::name).collect(Collectors.toSet());
        Stream.of(environment.getOrDefault("LISTEN_FDNAMES", "").split(":"))
                .filter(name -> name.startsWith(PREFIX) && !ours.contains(name))
                .forEach(store::remove);
        store.storeAll();
        Thread.ofPlatform().daemon().name("fd-store").start(store::storeSomeMoreTimes);
        return store;
    }

    private void storeSomeMoreTimes() {
        try {
            for (int time = 1; time < TIMES && !handedOver; time++) {
                Thread.sleep(AGAIN);
                storeAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void storeAll() {
        if (listeners != null && notifier != null) {
            listeners.forEach(socket -> store(socket, notifier));
        }
    }

    private static void store(ListenerSocket socket, Notifier notifier) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(NotifyMessage.FDSTORE, "1");
        fields.put(NotifyMessage.FDNAME, name(socket));
        fields.put(NotifyMessage.FDPOLL, "0"); // a listener that somebody shuts down is not systemd's to judge
        notifier.send(new NotifyMessage(fields), List.of(socket.fd()));
    }

    /** A child serves: what it has not taken over is of no use any more, and would have clients wait for nobody. */
    void handOver() {
        handedOver = true;
        if (listeners != null) {
            listeners.notPassedOn().forEach(socket -> remove(name(socket)));
        }
    }

    private void remove(String name) {
        if (notifier != null) {
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put(NotifyMessage.FDSTOREREMOVE, "1");
            fields.put(NotifyMessage.FDNAME, name);
            notifier.send(new NotifyMessage(fields));
        }
    }

    /** The same in every generation. A name has no colon, and at most 255 characters of ASCII. */
    static String name(ListenerSocket socket) {
        String name = "%s%s-%d"
                .formatted(PREFIX, socket.spec().url(), socket.spec().workerIndex())
                .replaceAll("[^A-Za-z0-9./@-]", "_");
        return name.substring(0, Math.min(MAX_NAME, name.length()));
    }
}
