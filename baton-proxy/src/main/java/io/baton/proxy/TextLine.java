package io.baton.proxy;

import io.baton.RestartEpoch;
import io.baton.http.HttpExchangeReport;
import io.baton.posix.SocketAddress;
import io.baton.relay.ConnectionReport;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Words and numbers, for people and for awk. */
record TextLine(RestartEpoch epoch) implements AccessLogLine {

    @Override
    public void write(ConnectionReport report, ByteArrayOutputStream out) {
        out.writeBytes("%s %s %s -> %s %s %dms up=%d down=%d id=%d epoch=%d cluster=%s\n"
                .formatted(
                        TIME.format(report.started()),
                        report.listener(),
                        AccessLogLine.address(report.client()),
                        upstream(report.upstream()),
                        AccessLogLine.lower(report.outcome()),
                        report.duration().toMillis(),
                        report.bytesUp(),
                        report.bytesDown(),
                        report.id(),
                        epoch.value(),
                        report.destination().orElse("-"))
                .getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void write(HttpExchangeReport report, ByteArrayOutputStream out) {
        out.writeBytes("%s %s %s \"%s %s %s %s\" %d -> %s %s %dms in=%d out=%d id=%d epoch=%d\n"
                .formatted(
                        TIME.format(report.started()),
                        report.listener(),
                        AccessLogLine.address(report.client()),
                        word(report.method()),
                        word(report.host()),
                        word(report.path()),
                        word(report.protocol()),
                        report.status(),
                        upstream(report.upstream()),
                        AccessLogLine.lower(report.outcome()),
                        report.duration().toMillis(),
                        report.requestBytes(),
                        report.responseBytes(),
                        report.connectionId(),
                        epoch.value())
                .getBytes(StandardCharsets.UTF_8));
    }

    /** What a client sent: always one word, and never the end of the quotes. */
    private static String word(String text) {
        return text.isEmpty()
                ? "-"
                : Words.plain(text, Words.MAX_LOGGED).replace(' ', '_').replace("\"", "%22");
    }

    private static String upstream(Optional<SocketAddress> upstream) {
        return upstream.map(AccessLogLine::address).orElse("-");
    }
}
