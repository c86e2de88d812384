package io.baton.cli;

import io.baton.posix.Posix;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * systemd, or whoever else has started this process and listens to the notify protocol (sd_notify(3)): what it is to know of this
 * process as a service. Thread-safe, and never blocks.
 */
final class ServiceManager {
    /** Nobody. */
    static final ServiceManager NONE =
            new ServiceManager(Posix.linux(), Notifier.fromEnvironment(Posix.linux(), Map.of()));

    private final Posix posix;
    private final Notifier notifier;

    ServiceManager(Posix posix, Notifier notifier) {
        this.posix = posix;
        this.notifier = notifier;
    }

    /** It serves: after the start, and again after each {@link #reloading}, however that came out. */
    void ready(String status) {
        send(NotifyMessage.READY, "1", NotifyMessage.STATUS, status);
    }

    /** A hot restart begins. Without the time of it systemd would wait for another one for ever. */
    void reloading(String status) {
        send(
                NotifyMessage.RELOADING,
                "1",
                NotifyMessage.MONOTONIC_USEC,
                Long.toString(posix.monotonicMicros()),
                NotifyMessage.STATUS,
                status);
    }

    void progress(String status) {
        send(NotifyMessage.STATUS, status);
    }

    /**
     * Another process serves from now on. To be said by the old one: by default systemd listens to the main process only.
     *
     * @param pid 0 when it is in another pid namespace, and no process of this service
     */
    void succeededBy(long pid) {
        if (pid == 0) {
            return;
        }
        send(
                NotifyMessage.MAINPID,
                Long.toString(pid),
                NotifyMessage.READY,
                "1",
                NotifyMessage.STATUS,
                "pid %d serves".formatted(pid));
    }

    void stopping() {
        send(NotifyMessage.STOPPING, "1");
    }

    private void send(String... namesAndValues) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        notifier.send(new NotifyMessage(fields));
    }
}
