package io.baton.envoy;

import io.baton.proxy.ConfigException;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;

/** Access logs: only the one that goes nowhere has a counterpart, for Baton's lines have a form of their own. */
final class AccessLogs {
    static final String NOWHERE = "/dev/null";
    static final String REFUSAL =
            "not supported, expected none or the file %s: the lines of Baton's own access log differ"
                    .formatted(NOWHERE);

    private static final int MAX = 16;
    private static final Fields LOG =
            Fields.of(AccessLog.getDescriptor(), "typed_config").harmless("name");
    private static final Fields FILE = Fields.of(FileAccessLog.getDescriptor(), "path");

    private AccessLogs() {}

    /** @param part has a list {@code access_log} */
    static void checkNone(Part part) throws ConfigException {
        for (Part log : part.list("access_log", LOG, MAX)) {
            if (!log.typed("typed_config", FILE).text("path").equals(NOWHERE)) {
                throw log.problem(REFUSAL);
            }
        }
    }
}
