package io.baton.cli;

import io.baton.proxy.BatonConfig;
import io.baton.proxy.ConfigCheck;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** A file, and whether it is a bootstrap of Envoy, whose messages are loaded for such a one only. */
record ConfigSource(Path file, boolean envoy) {

    /**
     * A config, or a bootstrap of Envoy: a user names exactly one of them.
     *
     * @param command whose options these are
     * @param option that names a config
     */
    static ConfigSource one(@Nullable Path config, @Nullable Path envoyConfig, String option, CommandLine command) {
        if (config != null && envoyConfig != null) {
            throw new ParameterException(command, "%s and --envoy-config, expected one of them".formatted(option));
        }
        if (config != null) {
            return new ConfigSource(config, false);
        }
        if (envoyConfig != null) {
            return new ConfigSource(envoyConfig, true);
        }
        throw new ParameterException(command, "expected %s FILE or --envoy-config FILE".formatted(option));
    }

    ConfigCheck inspect() throws CliException {
        return envoy ? Configs.inspectEnvoy(file) : Configs.inspect(file);
    }

    /** What is in it, as {@link Configs#read} had it. */
    BatonConfig parse(byte[] text) throws CliException {
        return envoy ? Configs.parseEnvoy(file, text) : Configs.parse(file, text);
    }

    /** What {@code baton} is to be given to check it. */
    List<String> check() {
        return List.of("check", envoy ? "--envoy-config" : "-c", file.toString());
    }
}
