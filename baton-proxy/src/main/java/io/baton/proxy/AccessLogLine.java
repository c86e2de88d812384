package io.baton.proxy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.baton.RestartEpoch;
import io.baton.posix.SocketAddress;
import io.baton.relay.ConnectionReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** How one connection is written: a line of UTF-8 and its line feed. */
@FunctionalInterface
interface AccessLogLine {
    DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    void write(ConnectionReport report, ByteArrayOutputStream out);

    static AccessLogLine of(AccessLogConfig.Format format, RestartEpoch epoch) {
        return switch (format) {
            case TEXT -> text(epoch);
            case JSON -> json(epoch);
        };
    }

    private static AccessLogLine text(RestartEpoch epoch) {
        return (report, out) -> out.writeBytes("%s %s %s -> %s %s %dms up=%d down=%d id=%d epoch=%d%n"
                .formatted(
                        TIME.format(report.started()),
                        report.listener(),
                        address(report.client()),
                        upstream(report).orElse("-"),
                        outcome(report),
                        report.duration().toMillis(),
                        report.bytesUp(),
                        report.bytesDown(),
                        report.id(),
                        epoch.value())
                .getBytes(StandardCharsets.UTF_8));
    }

    private static AccessLogLine json(RestartEpoch epoch) {
        JsonFactory factory = new JsonFactory();
        return (report, out) -> {
            try (JsonGenerator json = factory.createGenerator(out)) {
                json.writeStartObject();
                json.writeStringField("time", TIME.format(report.started()));
                json.writeNumberField("epoch", epoch.value());
                json.writeNumberField("id", report.id());
                json.writeStringField("listener", report.listener());
                json.writeStringField("client", address(report.client()));
                json.writeStringField("upstream", upstream(report).orElse(null));
                json.writeStringField("outcome", outcome(report));
                json.writeNumberField("duration_ms", report.duration().toMillis());
                json.writeNumberField("bytes_up", report.bytesUp());
                json.writeNumberField("bytes_down", report.bytesDown());
                json.writeEndObject();
            } catch (IOException e) {
                throw new UncheckedIOException("a byte array does not fail", e);
            }
            out.write('\n');
        };
    }

    private static Optional<String> upstream(ConnectionReport report) {
        return report.upstream().map(AccessLogLine::address);
    }

    /** A client's UNIX path is its own choice: whatever is in it, the line stays one line. */
    private static String address(SocketAddress address) {
        return Words.plain(Addresses.format(address)).replace(' ', '_');
    }

    private static String outcome(ConnectionReport report) {
        return report.outcome().name().toLowerCase(Locale.ROOT);
    }
}
