package io.baton.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The JSON Schema of a config, for editors. It says less than {@link ConfigLoader}: what it refuses, the loader refuses too. */
public final class ConfigSchema {
    private static final String RESOURCE = "baton.schema.json";

    private ConfigSchema() {}

    /** The whole schema, as text. */
    public static String text() {
        try (@Nullable InputStream in = ConfigSchema.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("this build lacks " + RESOURCE);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + RESOURCE, e);
        }
    }
}
