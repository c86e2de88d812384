package io.baton.proxy;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * One line per TCP connection and per HTTP request.
 *
 * @param path absolute; a relative one is taken from the config file's directory
 */
public record AccessLogConfig(Path path, Format format) {
    public AccessLogConfig {
        requireNonNull(format, "format is null");
        BatonConfig.require(path.isAbsolute(), "an absolute path of the access log");
    }

    /** How a line is written. */
    public enum Format {
        TEXT,
        JSON
    }
}
