package io.baton.proxy;

import io.baton.RestartEpoch;
import io.baton.http.HttpExchangeReport;
import io.baton.posix.SocketAddress;
import io.baton.relay.ConnectionReport;
import java.io.ByteArrayOutputStream;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How one connection or request is written: a line of UTF-8 and its line feed. For one thread. */
sealed interface AccessLogLine permits TextLine, JsonLine {
    DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    void write(ConnectionReport report, ByteArrayOutputStream out);

    void write(HttpExchangeReport report, ByteArrayOutputStream out);

    static AccessLogLine of(AccessLogConfig.Format format, RestartEpoch epoch) {
        return switch (format) {
            case TEXT -> new TextLine(epoch);
            case JSON -> new JsonLine(epoch);
        };
    }

    /** A client's UNIX path is its own choice: whatever is in it, the line stays one line. */
    static String address(SocketAddress address) {
        return Words.plain(Addresses.format(address)).replace(' ', '_');
    }

    static String lower(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
    }
}
