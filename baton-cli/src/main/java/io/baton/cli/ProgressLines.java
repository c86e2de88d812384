package io.baton.cli;

import java.io.PrintWriter;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the supervisor says while an order is carried out: each line once, however often it is repeated; what counts from so many to so
 * many as a bar, where someone looks at it.
 */
final class ProgressLines implements Consumer<String> {
    private static final Pattern COUNTS = Pattern.compile("(.*?)(\\d{1,9}) of (\\d{1,9})( .*)?");
    private static final int WIDTH = 30;
    private static final String BACK_AND_CLEAR = "\r\u001B[K";

    private final PrintWriter out;
    private final boolean terminal;
    private String last = "";
    private boolean open;

    /** @param terminal whether {@code out} ends in front of someone */
    ProgressLines(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public void accept(String line) {
        if (line.equals(last)) {
            return;
        }
        last = line;
        Matcher counts = COUNTS.matcher(line);
        if (terminal && counts.matches()) {
            out.print(BACK_AND_CLEAR + bar(Long.parseLong(counts.group(2)), Long.parseLong(counts.group(3))) + " "
                    + line);
            open = true;
        } else {
            end();
            out.println(line);
        }
        out.flush();
    }

    private static String bar(long done, long all) {
        int filled = all == 0 ? WIDTH : Math.clamp(done * WIDTH / all, 0, WIDTH);
        return "[" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "]";
    }

    /** Leaves a bar as it is, and goes on below it. */
    void end() {
        if (open) {
            out.println();
            open = false;
        }
    }
}
