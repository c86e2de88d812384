package io.baton.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The version that Maven wrote into the jar. */
final class BuildVersion {
    private BuildVersion() {}

    static String get() {
        try (InputStream in = BuildVersion.class.getResourceAsStream("version.txt")) {
            return in == null ? "unknown" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read version.txt of the jar", e);
        }
    }
}
