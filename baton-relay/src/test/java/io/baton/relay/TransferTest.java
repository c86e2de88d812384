package io.baton.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.posix.Errno;
import java.net.Socket;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TransferTest {
    private static final RelayOptions ONE_WORKER = RelayOptions.defaults().withWorkers(1);

    static Stream<Arguments> waysAndSizes() {
        // A setup of its own for each: in a shared one the ports of earlier echo servers stay endpoints, and may be
        // anybody's by now.
        return Stream.of(
                        ways().map(way -> Arguments.of(way, 1L << 20, 200)),
                        ways().map(way -> Arguments.of(way, 8L << 20, 9_000)),
                        ways().map(way -> Arguments.of(way, 32L << 20, 1 << 20)))
                .flatMap(arguments -> arguments);
    }

    static Stream<Named<RelayFixture.Setup>> ways() {
        return Stream.of(
                Named.of("normal", RelayFixture.relay().options(ONE_WORKER)),
                Named.of("one-page pipes", RelayFixture.relay().options(ONE_WORKER.withPipeBytes(4096))),
                Named.of("one-page buffer", RelayFixture.relay().options(ONE_WORKER.withBufferBytes(4096))),
                Named.of(
                        "buffer larger than pipe",
                        RelayFixture.relay()
                                .options(ONE_WORKER.withBufferBytes(256 << 10).withPipeBytes(16 << 10))),
                Named.of(
                        "no pipes",
                        RelayFixture.relay()
                                .options(ONE_WORKER)
                                .posix(new FaultyPosix()
                                        .failing("pipe", Errno.EMFILE)
                                        .posix())));
    }

    @ParameterizedTest(name = "{0}, {1} bytes, chunks up to {2}")
    @MethodSource("waysAndSizes")
    void whatIsSentComesBackUnchangedInBothDirectionsAtOnce(RelayFixture.Setup setup, long bytes, int maxChunk)
            throws Exception {
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = setup.to(echo.port()).start();
                Socket client = fixture.connect()) {
            Future<String> received = Traffic.async(() -> Traffic.receiveAll(client));

            String sent = Traffic.send(client, bytes, maxChunk, bytes + maxChunk);
            client.shutdownOutput();

            assertThat(Traffic.get(received)).isEqualTo(sent);
            ConnectionReport report = fixture.report();
            assertThat(report.outcome()).isEqualTo(ConnectionOutcome.COMPLETED);
            assertThat(report.bytesUp()).isEqualTo(bytes);
            assertThat(report.bytesDown()).isEqualTo(bytes);
        }
    }
}
