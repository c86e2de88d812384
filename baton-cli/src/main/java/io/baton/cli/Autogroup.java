package io.baton.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scheduler's group of this process's session, sched(7): where the kernel makes such groups, nice values of threads count only within
 * one, and what counts between two is the group's. No privilege is needed for values from 0 on, down or up.
 */
final class Autogroup {
    private static final Logger LOG = LoggerFactory.getLogger(Autogroup.class);
    private static final Path FILE = Path.of("/proc/self/autogroup");
    private static final Pattern FORM = Pattern.compile("/autogroup-\\d+ nice (-?\\d+)\\s*");

    /** Without CAP_SYS_ADMIN the kernel takes one change in 100 ms, of all processes together. */
    private static final int MAX_TRIES = 20;

    private static final long TRY_EVERY_MS = 55;

    private final int usual;

    private Autogroup(int usual) {
        this.usual = usual;
    }

    /** Empty where there are none, and in a session that is not ours alone: its other processes are not to be put back with us. */
    static Optional<Autogroup> ofOwnSession(long pid) {
        boolean ours = ProcStat.of(pid).filter(stat -> stat.session() == pid).isPresent();
        return ours ? nice().map(Autogroup::new) : Optional.empty();
    }

    /** Of this process's group, whoever else is in it. */
    static Optional<Integer> nice() {
        try {
            Matcher matcher = FORM.matcher(Files.readString(FILE));
            return matcher.matches() ? Optional.of(Integer.valueOf(matcher.group(1))) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    int usual() {
        return usual;
    }

    void set(int nice) {
        for (int i = 1; i <= MAX_TRIES; i++) {
            try {
                Files.writeString(FILE, Integer.toString(nice));
                return;
            } catch (IOException e) {
                LOG.debug("try {}: the autogroup does not become nice {}: {}", i, nice, e.getMessage());
            }
            if (!pause()) {
                return;
            }
        }
        LOG.warn("the autogroup of this session does not become nice {}", nice);
    }

    private static boolean pause() {
        try {
            Thread.sleep(TRY_EVERY_MS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
