package io.baton.testkit;

import static java.util.Objects.requireNonNull;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.ProcessCalls;
import io.baton.posix.ShutdownHow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * What is to happen to this process around one message that it says on the handover channel. As text {@code kill-before-Offer-1}, so that
 * it can be an argument of a process.
 *
 * @param message by its name in docs/protocol.md
 * @param occurrence 1 for the first such message
 */
public record HandoverIncident(What what, When when, String message, int occurrence) {
    /** The messages in the order of their field numbers, from 1. */
    public static final List<String> MESSAGES = List.of(
            "Hello",
            "Welcome",
            "Refuse",
            "Ready",
            "Offer",
            "Accepted",
            "Exhausted",
            "Commit",
            "Committed",
            "Rollback",
            "Budget",
            "Bye",
            "Abandon");

    /** The part of a protobuf tag that is not the field number. */
    private static final int WIRE_TYPE_BITS = 3;

    /** Something that can happen. */
    public enum What {
        /** SIGKILL. */
        KILL,
        /** SIGSTOP; who wants it to go on must say so. */
        STOP,
        /** The channel is shut down in both directions. */
        CLOSE,
        /** The hot restart is to be undone. */
        ROLLBACK
    }

    /** On which side of the message. */
    public enum When {
        BEFORE,
        AFTER
    }

    public HandoverIncident {
        requireNonNull(what, "what is null");
        requireNonNull(when, "when is null");
        if (!MESSAGES.contains(message)) {
            throw new IllegalArgumentException("message is %s, expected one of %s".formatted(message, MESSAGES));
        }
        if (occurrence < 1) {
            throw new IllegalArgumentException("occurrence is %d, expected 1 or more".formatted(occurrence));
        }
    }

    /** Reads what {@link #toString} has written. */
    public static HandoverIncident parse(String text) {
        String[] words = text.split("-", -1);
        if (words.length != 4) {
            throw new IllegalArgumentException("'%s', expected WHAT-WHEN-MESSAGE-OCCURRENCE".formatted(text));
        }
        return new HandoverIncident(
                What.valueOf(words[0].toUpperCase(Locale.ROOT)),
                When.valueOf(words[1].toUpperCase(Locale.ROOT)),
                words[2],
                Integer.parseInt(words[3]));
    }

    /** Real system calls, but for all that is to happen; see {@link #around}. */
    public static Posix aroundAll(
            Posix real, List<String> incidents, Consumer<HandoverIncident> announce, Runnable rollBack) {
        Posix posix = real;
        for (String incident : incidents) {
            posix = parse(incident).around(posix, announce, rollBack);
        }
        return posix;
    }

    /**
     * Real system calls, but for what is to happen.
     *
     * @param announce is given the incident just before
     * @param rollBack for {@link What#ROLLBACK}
     */
    public Posix around(Posix real, Consumer<HandoverIncident> announce, Runnable rollBack) {
        AtomicInteger said = new AtomicInteger();
        return (Posix) Proxy.newProxyInstance(
                Posix.class.getClassLoader(), new Class<?>[] {Posix.class}, (proxy, method, arguments) -> {
                    boolean now = says(method, arguments) && said.incrementAndGet() == occurrence;
                    if (now && when == When.BEFORE) {
                        happen(real, (Fd) arguments[0], announce, rollBack);
                    }
                    try {
                        Object result = method.invoke(real, arguments);
                        if (now && when == When.AFTER) {
                            happen(real, (Fd) arguments[0], announce, rollBack);
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Only the handover channel is sent to without an address. */
    private boolean says(Method method, Object[] arguments) {
        return method.getName().equals("sendMessage")
                && nameOf((byte[]) arguments[1]).equals(message);
    }

    /** The name of an encoded message; empty for one of a later version. */
    public static String nameOf(byte[] encoded) {
        int field = encoded.length == 0 ? 0 : (encoded[0] & 0xff) >>> WIRE_TYPE_BITS;
        return field >= 1 && field <= MESSAGES.size() ? MESSAGES.get(field - 1) : "";
    }

    private void happen(Posix posix, Fd channel, Consumer<HandoverIncident> announce, Runnable rollBack) {
        announce.accept(this);
        switch (what) {
            case KILL -> posix.kill(posix.pid(), ProcessCalls.SIGKILL);
            case STOP -> posix.kill(callingThread(), ProcessCalls.SIGSTOP);
            case CLOSE -> posix.shutdown(channel, ShutdownHow.BOTH);
            case ROLLBACK -> rollBack.run();
        }
    }

    /**
     * A signal for the process may go to any of its threads, and ours would run on, into the very message, until that one has stopped
     * us all. One sent to a thread's id is still for the process, but Linux lets that thread take it, before its next step.
     */
    private static long callingThread() {
        try {
            return Long.parseLong(
                    Path.of("/proc/thread-self").toRealPath().getFileName().toString());
        } catch (IOException e) {
            throw new UncheckedIOException("/proc/thread-self cannot be read", e);
        }
    }

    @Override
    public String toString() {
        return String.join(
                "-",
                what.name().toLowerCase(Locale.ROOT),
                when.name().toLowerCase(Locale.ROOT),
                message,
                Integer.toString(occurrence));
    }
}
