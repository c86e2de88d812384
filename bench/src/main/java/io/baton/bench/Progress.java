package io.baton.bench;

import java.io.PrintStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What goes on, on stderr: events as lines, each with the seconds since the start, and a status that is written over on a
 * terminal and repeated every few seconds elsewhere. Thread-safe.
 */
final class Progress implements AutoCloseable {
    private static final long TERMINAL_PERIOD_MS = 200;
    private static final long PLAIN_PERIOD_MS = 3_000;
    private static final String ERASE_LINE = "\r\u001b[K";

    private final PrintStream out;
    private final Terminal terminal;
    private final long startNanos = System.nanoTime();
    private @Nullable Supplier<String> status;
    private @Nullable Thread ticker;
    private boolean statusShown;

    Progress(PrintStream out, Terminal terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    static Progress onStderr(Terminal terminal) {
        return new Progress(System.err, terminal);
    }

    /** One line that stays. */
    synchronized void event(String text) {
        erase();
        out.printf("%s  %s%n", terminal.dim("%5.1f s".formatted(seconds())), text);
        out.flush();
    }

    /** From now on shows this every so often. */
    synchronized void follow(Supplier<String> latest) {
        status = latest;
        if (ticker == null) {
            ticker = Thread.ofPlatform().daemon().name("progress").start(this::tick);
        }
    }

    private void tick() {
        try {
            while (true) {
                Thread.sleep(terminal.interactive() ? TERMINAL_PERIOD_MS : PLAIN_PERIOD_MS);
                showStatus();
            }
        } catch (InterruptedException _) {
            // Closed.
        }
    }

    private synchronized void showStatus() {
        Supplier<String> latest = status;
        if (latest == null) {
            return;
        }
        if (terminal.interactive()) {
            out.printf("%s%5.1f s  %s", ERASE_LINE, seconds(), latest.get());
            out.flush();
            statusShown = true;
        } else {
            event(latest.get());
        }
    }

    private void erase() {
        if (statusShown) {
            out.print(ERASE_LINE);
            statusShown = false;
        }
    }

    private double seconds() {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    @Override
    public synchronized void close() {
        status = null;
        if (ticker != null) {
            ticker.interrupt();
        }
        erase();
        out.flush();
    }
}
