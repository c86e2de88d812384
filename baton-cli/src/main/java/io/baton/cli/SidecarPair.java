package io.baton.cli;

import io.baton.HotRestartException;
import io.baton.HotRestartOptions;
import io.baton.NextEpoch;
import io.baton.RestartEpoch;
import io.baton.posix.Posix;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two containers of one pod, of which the newer takes over from the older: a hot upgrade of OpenKruise's SidecarSet. It tells each its
 * own version and that of the other, 0 when the other is empty.
 *
 * @param mine from 1
 * @param other 0 or more
 */
record SidecarPair(long mine, long other) {
    private static final Logger LOG = LoggerFactory.getLogger(SidecarPair.class);
    private static final String MINE = "SIDECARSET_VERSION";
    private static final String OTHER = "SIDECARSET_VERSION_ALT";

    /** @throws CliException when the variables are not there, or no numbers */
    static SidecarPair of(Map<String, String> environment) throws CliException {
        return new SidecarPair(number(environment, MINE, 1), number(environment, OTHER, 0));
    }

    private static long number(Map<String, String> environment, String name, long least) throws CliException {
        String text = environment.getOrDefault(name, "");
        try {
            long number = Long.parseLong(text);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, with what was expected.
        }
        throw new CliException(
                ExitCode.USAGE,
                "--sidecar-pair: %s is '%s', expected a number from %d (OpenKruise sets it)"
                        .formatted(name, text, least));
    }

    /**
     * The place in the lineage of whoever holds the sockets that both containers see.
     *
     * @throws CliException when the other container is the newer one, and serves
     */
    HotRestartOptions join(Posix posix, HotRestartOptions options) throws CliException {
        if (other == 0) {
            return options;
        }
        if (mine < other) {
            throw new CliException(
                    ExitCode.REFUSED,
                    "--sidecar-pair: %s=%d is older than %s=%d, which serves".formatted(MINE, mine, OTHER, other));
        }
        try {
            RestartEpoch epoch = NextEpoch.after(posix, options.socketPath(), options.baseId());
            LOG.info("takes over from version {} of the other container, as epoch {}", other, epoch);
            return options.with(values -> values.epoch = epoch);
        } catch (HotRestartException e) {
            LOG.info("nothing to take over from version {}: {}", other, e.getMessage());
            return options;
        }
    }
}
