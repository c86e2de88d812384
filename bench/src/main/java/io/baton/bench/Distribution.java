package io.baton.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The Baton that is driven: a directory with {@code bin/baton}. */
record Distribution(Path home) {
    /** Named by the system property {@code baton.home}, or by BATON_HOME, which Baton's own launcher sets. */
    static Distribution find() throws BenchException {
        return find(System.getProperty("baton.home"), System.getenv());
    }

    static Distribution find(@Nullable String property, Map<String, String> environment) throws BenchException {
        String home = property != null ? property : environment.getOrDefault("BATON_HOME", "");
        if (home.isEmpty()) {
            throw new BenchException(
                    "no Baton to run: start this by ./baton, or name a distribution: -Dbaton.home=DIR");
        }
        Distribution found = new Distribution(Path.of(home).toAbsolutePath());
        if (!Files.isExecutable(found.launcher())) {
            throw new BenchException(
                    "%s is not a distribution of Baton: there is no executable bin/baton".formatted(found.home));
        }
        return found;
    }

    Path launcher() {
        return home.resolve("bin").resolve("baton");
    }
}
