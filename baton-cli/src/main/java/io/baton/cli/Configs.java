package io.baton.cli;

import io.baton.envoy.EnvoyConfig;
import io.baton.proxy.BatonConfig;
import io.baton.proxy.ConfigCheck;
import io.baton.proxy.ConfigException;
import io.baton.proxy.ConfigLoader;
import io.baton.proxy.HandoverConfig;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Reads configs, by this build or by another. */
final class Configs {
    private static final Duration CHECK_DEADLINE = Duration.ofSeconds(30);
    private static final int MAX_WORDS = 4096;

    private Configs() {}

    static BatonConfig load(Path config) throws CliException {
        return inspect(config).config();
    }

    /** What is in it, to {@link ConfigSource#parse}. */
    static byte[] read(Path config) throws CliException {
        try {
            return ConfigLoader.read(config);
        } catch (ConfigException e) {
            throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    /** As {@link #load}, of what was {@link #read} from it. */
    static BatonConfig parse(Path config, byte[] text) throws CliException {
        try {
            return ConfigLoader.load(config, text);
        } catch (ConfigException e) {
            throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    /** As {@link #parse}, of a bootstrap of Envoy. */
    static BatonConfig parseEnvoy(Path config, byte[] text) throws CliException {
        try {
            return EnvoyConfig.load(config, text);
        } catch (ConfigException e) {
            throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    /** As {@link #inspect(Path)}, of a bootstrap of Envoy. */
    static ConfigCheck inspectEnvoy(Path config) throws CliException {
        try {
            return ConfigCheck.of(EnvoyConfig.load(config));
        } catch (ConfigException e) {
            throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    /** As {@link #load}, with what is legal and probably not meant. */
    static ConfigCheck inspect(Path config) throws CliException {
        try {
            return ConfigCheck.check(config);
        } catch (ConfigException e) {
            throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Has the build that is to use a config check it: its {@code baton check}.
     *
     * @param ours this process's distribution
     * @return its handover section; the defaults when another build accepts what this one cannot read
     */
    static HandoverConfig check(Path config, Path home, Path ours) throws CliException {
        if (home.equals(ours)) {
            return load(config).handover();
        }
        checkBy(home, new ConfigSource(config, false));
        try {
            return ConfigLoader.load(config).handover();
        } catch (ConfigException e) {
            return HandoverConfig.DEFAULT;
        }
    }

    /** As {@link #check}, without a look of our own. */
    static void checkBy(Path home, ConfigSource config) throws CliException {
        String launcher = LaunchPlan.launcher(home).toString();
        try {
            List<String> command = new ArrayList<>(List.of(launcher));
            command.addAll(config.check());
            Process check = new ProcessBuilder(command)
                    .redirectOutput(Redirect.DISCARD)
                    .redirectErrorStream(false)
                    .start();
            try (InputStream errors = check.getErrorStream()) {
                if (!check.waitFor(CHECK_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new CliException(
                            ExitCode.FAILED, "%s check did not end within %s".formatted(launcher, CHECK_DEADLINE));
                }
                if (check.exitValue() != 0) {
                    String words = new String(errors.readNBytes(MAX_WORDS), StandardCharsets.UTF_8).strip();
                    throw new CliException(
                            ExitCode.FAILED, words.isEmpty() ? launcher + " check: exit " + check.exitValue() : words);
                }
            } finally {
                check.destroyForcibly();
            }
        } catch (IOException e) {
            throw new CliException(ExitCode.FAILED, "cannot run %s: %s".formatted(launcher, e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.FAILED, "interrupted", e);
        }
    }
}
