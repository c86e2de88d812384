package io.baton.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A connection goes from one owner to the next to the next; its client, the JDK's TLS, notices nothing. No nonce is used twice. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MovingTest {
    private static final String SUITES = """
            TLSv1.3, TLS_AES_128_GCM_SHA256
            TLSv1.3, TLS_AES_256_GCM_SHA384
            TLSv1.3, TLS_CHACHA20_POLY1305_SHA256
            TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
            TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
            TLSv1.2, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
            """;

    private final Certificates certificates = Certificates.shared();
    private final Nonces nonces = new Nonces();
    private final TlsServer tls = new TlsServer(
            "web",
            TlsServerConfig.of(certificates.issue("a", "a.example.com")),
            TlsEngine.NATIVE,
            TicketKeys.generate(),
            nonces::create);
    private final TestServer server = new TestServer(tls, Echo::new);
    private @Nullable Channel current;

    MovingTest() throws Exception {}

    private Channel channel() {
        return requireNonNull(current);
    }

    private void accept() {
        await().until(() -> !server.established.isEmpty());
        current = server.established.remove();
    }

    @AfterEach
    void close() {
        server.close();
        tls.close();
        assertThat(nonces.twice()).as("nonces used twice").isEmpty();
        assertThat(nonces.sealed()).isPositive();
    }

    private JsseClient connect(String version, String suite) throws Exception {
        JsseClient client = new JsseClient(server.port(), certificates.ca(), version, suite);
        accept();
        return client;
    }

    private void move() throws Exception {
        current = server.move(channel(), nonces::create);
    }

    private static void echoed(JsseClient client, int length) throws Exception {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        client.send(bytes);
        assertThat(client.receive(length)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource(textBlock = SUITES)
    void anIdleConnectionMovesBeforeItsFirstByteAndAfterMany(String version, String suite) throws Exception {
        try (JsseClient client = connect(version, suite)) {
            move();
            echoed(client, 10);
            echoed(client, 50_000);
            move();
            echoed(client, 20_000);
            server.refuse(channel());
            echoed(client, 300);
            move();
            server.refuse(channel());
            server.refuse(channel());
            move();
            echoed(client, 10);
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = SUITES)
    void recordsThatAreNotSentYetMoveToo(String version, String suite) throws Exception {
        byte[] much = new byte[700_000];
        new Random(1).nextBytes(much);
        try (JsseClient client = connect(version, suite)) {
            echoed(client, 10);
            TestServer.on(channel(), () -> {
                channel().config().setOption(ChannelOption.SO_SNDBUF, 8192);
                return channel().writeAndFlush(Unpooled.copiedBuffer(much));
            });
            assertThat(TestServer.on(channel(), () -> UnsentBytes.of(channel())))
                    .isGreaterThan(100_000);
            move();
            assertThat(TestServer.on(channel(), () -> UnsentBytes.of(channel())))
                    .isGreaterThan(100_000);
            byte[] first = client.receive(123_456);
            server.refuse(channel());
            move();
            byte[] rest = client.receive(much.length - first.length);

            assertThat(first).isEqualTo(Arrays.copyOf(much, first.length));
            assertThat(rest).isEqualTo(Arrays.copyOfRange(much, first.length, much.length));
            echoed(client, 10);
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = SUITES)
    void aRecordThatHasHalfArrivedMovesToo(String version, String suite) throws Exception {
        try (JsseClient direct = connect(version, suite)) {
            echoed(direct, 1);
        }
        try (HalfWay halfWay = new HalfWay(server.port());
                JsseClient client = new JsseClient(halfWay.port(), certificates.ca(), version, suite)) {
            accept();
            echoed(client, 10);
            for (int cut : new int[] {1, 4, 5, 6, 700}) {
                halfWay.holdAfter(cut);
                byte[] bytes = new byte[1000];
                Arrays.fill(bytes, (byte) cut);
                client.send(bytes);
                await().until(() -> halfWay.isHolding());
                move();
                halfWay.release();
                assertThat(client.receive(bytes.length)).isEqualTo(bytes);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            TLSv1.3, TLS_AES_128_GCM_SHA256
            TLSv1.3, TLS_AES_256_GCM_SHA384
            TLSv1.3, TLS_CHACHA20_POLY1305_SHA256
            """)
    void keysAreUpdatedBeforeAndAfter(String version, String suite) throws Exception {
        try (JsseClient client = connect(version, suite)) {
            client.updateKeys();
            echoed(client, 10);
            move();
            echoed(client, 10);
            client.updateKeys();
            client.updateKeys();
            move();
            echoed(client, 20_000);
            RecordLayer records =
                    channel().pipeline().get(RecordLayerHandler.class).records();
            assertThat(records.write().sequence()).isLessThan(5);
            move();
            echoed(client, 10);
        }
    }
}
