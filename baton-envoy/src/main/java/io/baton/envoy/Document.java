package io.baton.envoy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.baton.proxy.ConfigException;
import io.baton.proxy.Words;
import io.baton.proxy.Yaml;
import io.baton.proxy.YamlParser;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Envoy's way from a file to its messages: YAML, from there a tree of JSON values, from there protobuf. */
final class Document {
    /** A regular expression in a route of a virtual host of a filter is sixteen deep. */
    private static final int MAX_DEPTH = 40;

    private Document() {}

    /** @param source learns where what was written */
    static Bootstrap parse(Source source, String file, String text) throws ConfigException {
        Yaml root = YamlParser.parse(file, text, MAX_DEPTH);
        StringWriter json = new StringWriter();
        try (JsonGenerator out = new JsonFactory().createGenerator(json)) {
            new TreeToJson(source, out).message(root, Bootstrap.getDescriptor(), "");
        } catch (IOException e) {
            throw new UncheckedIOException(e); // into a string
        }
        Bootstrap.Builder bootstrap = Bootstrap.newBuilder();
        try {
            JsonFormat.parser().usingTypeRegistry(KnownTypes.registry()).merge(json.toString(), bootstrap);
        } catch (InvalidProtocolBufferException e) {
            // What a field may hold was looked at before, with its place; this is the last word on it.
            throw new ConfigException("%s: %s, expected a bootstrap of Envoy"
                    .formatted(file, Words.plain(String.valueOf(e.getMessage()))));
        }
        return bootstrap.build();
    }
}
