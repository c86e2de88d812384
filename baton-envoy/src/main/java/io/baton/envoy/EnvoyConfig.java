package io.baton.envoy;

import io.baton.proxy.BatonConfig;
import io.baton.proxy.ConfigException;
import io.baton.proxy.ConfigLoader;
import io.baton.proxy.HostResolver;
import io.baton.proxy.TlsFiles;
import io.baton.proxy.Words;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import java.nio.file.Path;

/**
 * Reads a bootstrap of Envoy (v3) as a config of Baton. What Baton has nothing for is an error that names its path; nothing is passed
 * over in silence. docs/envoy-config.md has what becomes of what.
 */
public final class EnvoyConfig {
    private EnvoyConfig() {}

    /**
     * Reads and checks {@code file}, YAML or JSON. Host names in it are resolved, certificates that it names are read, with paths that start
     * at the working directory, as Envoy's do. Nothing else outside the file is touched.
     *
     * @throws ConfigException with one line about the first mistake
     */
    public static BatonConfig load(Path file) throws ConfigException {
        return parse(file.toString(), ConfigLoader.text(file), HostResolver.system(), TlsFiles.system());
    }

    /** As {@link #load(Path)}, of what was in {@code file} once. */
    public static BatonConfig load(Path file, byte[] text) throws ConfigException {
        return parse(file.toString(), ConfigLoader.decode(file, text), HostResolver.system(), TlsFiles.system());
    }

    /**
     * As {@link #load(Path)}, of a text.
     *
     * @param file what messages call it
     */
    public static BatonConfig parse(String file, String text, HostResolver resolver, TlsFiles files)
            throws ConfigException {
        Source source = new Source(file);
        return read(source, Document.parse(source, file, text), resolver, files);
    }

    static BatonConfig read(Source source, Bootstrap message, HostResolver resolver, TlsFiles files)
            throws ConfigException {
        Part bootstrap = Part.open(source, message, "", BootstrapReader.FIELDS);
        try {
            BatonConfig config = new BootstrapReader(resolver, files).read(bootstrap);
            source.checkAllRead();
            return config;
        } catch (IllegalArgumentException e) {
            // What no reader has a place for: the records' own rules, such as addresses that differ.
            throw source.problem("static_resources", Words.plain(String.valueOf(e.getMessage())));
        }
    }
}
