package io.baton.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One datagram of systemd's notify protocol (sd_notify(3)): lines of {@code NAME=value}. Baton's own names begin with
 * {@code X_BATON_}; systemd ignores what it does not know.
 */
record NotifyMessage(Map<String, String> fields) {
    static final int MAX_BYTES = 4096;

    static final String READY = "READY";
    static final String STATUS = "STATUS";
    static final String RELOADING = "RELOADING";
    static final String MONOTONIC_USEC = "MONOTONIC_USEC";
    static final String MAINPID = "MAINPID";
    static final String FDSTORE = "FDSTORE";
    static final String FDSTOREREMOVE = "FDSTOREREMOVE";
    static final String FDNAME = "FDNAME";
    static final String FDPOLL = "FDPOLL";
    static final String STOPPING = "STOPPING";
    /** Why a generation could not start: one line. */
    static final String FAILURE = "X_BATON_FAILURE";

    NotifyMessage {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    static NotifyMessage of(String name, String value) {
        return new NotifyMessage(Map.of(name, value));
    }

    Optional<String> get(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    boolean says(String name) {
        return "1".equals(fields.get(name));
    }

    /** A value goes on one line, and the whole into one datagram: what is too long is cut, never refused. */
    byte[] encode() {
        StringBuilder text = new StringBuilder();
        int used = 0;
        for (Map.Entry<String, String> field : fields.entrySet()) {
            String line = "%s=%s\n".formatted(field.getKey(), field.getValue().replaceAll("\\R", " "));
            int bytes = line.getBytes(UTF_8).length;
            if (used + bytes > MAX_BYTES) {
                line = cut(line, MAX_BYTES - used);
                bytes = line.getBytes(UTF_8).length;
            }
            used += bytes;
            text.append(line);
        }
        return text.toString().getBytes(UTF_8);
    }

    private static String cut(String line, int bytes) {
        int end = Math.min(line.length(), bytes);
        while (end > 0 && line.substring(0, end).getBytes(UTF_8).length > bytes - 1) {
            end--;
        }
        // A name without its value would say something else.
        return line.indexOf('=') < end ? line.substring(0, end) + "\n" : "";
    }

    /** Never fails: lines without {@code =} are skipped, as systemd does; of a name given twice the last counts. */
    static NotifyMessage decode(byte[] payload) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String line : new String(payload, UTF_8).split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                fields.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return new NotifyMessage(fields);
    }
}
