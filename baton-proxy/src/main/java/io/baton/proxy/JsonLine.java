package io.baton.proxy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.baton.RestartEpoch;
import io.baton.http.HttpExchangeReport;
import io.baton.posix.SocketAddress;
import io.baton.relay.ConnectionReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;

/** One JSON object, for programs. */
final class JsonLine implements AccessLogLine {
    private final JsonFactory factory = new JsonFactory();
    private final RestartEpoch epoch;

    JsonLine(RestartEpoch epoch) {
        this.epoch = epoch;
    }

    @FunctionalInterface
    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    @Override
    public void write(ConnectionReport report, ByteArrayOutputStream out) {
        line(out, json -> {
            origin(json, report.started(), report.id(), report.listener(), report.client());
            json.writeStringField("cluster", report.destination().orElse(null));
            upstream(json, report.upstream());
            json.writeStringField("outcome", AccessLogLine.lower(report.outcome()));
            json.writeNumberField("duration_ms", report.duration().toMillis());
            json.writeNumberField("bytes_up", report.bytesUp());
            json.writeNumberField("bytes_down", report.bytesDown());
        });
    }

    @Override
    public void write(HttpExchangeReport report, ByteArrayOutputStream out) {
        line(out, json -> {
            origin(json, report.started(), report.connectionId(), report.listener(), report.client());
            json.writeStringField("method", bounded(report.method()));
            json.writeStringField("host", bounded(report.host()));
            json.writeStringField("path", bounded(report.path()));
            json.writeStringField("protocol", bounded(report.protocol()));
            json.writeNumberField("status", report.status());
            json.writeStringField("cluster", report.cluster().orElse(null));
            upstream(json, report.upstream());
            json.writeNumberField("attempts", report.attempts());
            json.writeStringField("outcome", AccessLogLine.lower(report.outcome()));
            json.writeNumberField("duration_ms", report.duration().toMillis());
            json.writeNumberField("bytes_in", report.requestBytes());
            json.writeNumberField("bytes_out", report.responseBytes());
        });
    }

    private void origin(JsonGenerator json, Instant started, long id, String listener, SocketAddress client)
            throws IOException {
        json.writeStringField("time", TIME.format(started));
        json.writeNumberField("epoch", epoch.value());
        json.writeNumberField("id", id);
        json.writeStringField("listener", listener);
        json.writeStringField("client", AccessLogLine.address(client));
    }

    private static void upstream(JsonGenerator json, Optional<SocketAddress> upstream) throws IOException {
        json.writeStringField("upstream", upstream.map(AccessLogLine::address).orElse(null));
    }

    private static String bounded(String text) {
        return Words.plain(text, Words.MAX_LOGGED);
    }

    private void line(ByteArrayOutputStream out, Fields fields) {
        try (JsonGenerator json = factory.createGenerator(out)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array does not fail", e);
        }
        out.write('\n');
    }
}
