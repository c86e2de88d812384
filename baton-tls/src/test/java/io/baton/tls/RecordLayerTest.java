package io.baton.tls;

import static io.baton.tls.Pair.open;
import static io.baton.tls.Pair.seal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordLayerTest {
    private static final byte[] WORD = {1, 2, 3};

    @Property(tries = 150)
    void whatIsSealedIsOpened(@ForAll CipherSuite suite, @ForAll @Size(max = 300) byte[] first, @ForAll byte[] second)
            throws Exception {
        Pair pair = Pair.of(suite);

        assertThat(open(pair.server(), seal(pair.client(), first))).isEqualTo(first);
        assertThat(open(pair.server(), seal(pair.client(), second))).isEqualTo(second);
        assertThat(open(pair.client(), seal(pair.server(), first))).isEqualTo(first);
    }

    @Property(tries = 200)
    void aBitThatChangesOnTheWayIsNoticed(
            @ForAll CipherSuite suite, @ForAll @IntRange(max = 10_000) int at, @ForAll @IntRange(max = 7) int bit) {
        Pair pair = Pair.of(suite);
        byte[] wire = seal(pair.client(), new byte[100]);
        int body = RecordHeader.BYTES + at % (wire.length - RecordHeader.BYTES);
        wire[body] ^= (byte) (1 << bit);

        assertThatExceptionOfType(TlsAlertException.class)
                .isThrownBy(() -> open(pair.server(), wire))
                .satisfies(e -> assertThat(e.alert()).isEqualTo(Alert.BAD_RECORD_MAC));
    }

    @ParameterizedTest
    @EnumSource
    void moreThanARecordIsCutIntoSeveral(CipherSuite suite) throws Exception {
        Pair pair = Pair.of(suite);
        byte[] plain = new byte[100_000];
        Arrays.fill(plain, (byte) 7);

        byte[] wire = seal(pair.client(), plain);

        assertThat(wire.length).isLessThanOrEqualTo(pair.client().sealedBytes(plain.length));
        assertThat(open(pair.server(), wire)).isEqualTo(plain);
        assertThat(pair.server().read().sequence()).isEqualTo(7);
    }

    @ParameterizedTest
    @EnumSource
    void aRecordThatComesTwiceIsRefused(CipherSuite suite) throws Exception {
        Pair pair = Pair.of(suite);
        byte[] wire = seal(pair.client(), WORD);
        open(pair.server(), wire);

        assertThatExceptionOfType(TlsAlertException.class).isThrownBy(() -> open(pair.server(), wire));
    }

    @Test
    void keysAreChangedBeforeTheyAreWornOut() throws Exception {
        Pair pair = Pair.of(CipherSuite.TLS_AES_256_GCM_SHA384, 3);
        byte[] before = pair.client().write().secret().bytes().clone();
        for (int i = 0; i < 10; i++) {
            assertThat(open(pair.server(), seal(pair.client(), WORD))).isEqualTo(WORD);
        }

        assertThat(pair.client().write().sequence()).isLessThanOrEqualTo(3);
        assertThat(pair.client().write().secret().bytes()).isNotEqualTo(before);
        assertThat(pair.client().write().secret())
                .isEqualTo(pair.server().read().secret());
    }

    @Test
    void aRequestedKeyUpdateIsAnsweredBeforeTheNextData() throws Exception {
        Pair pair = Pair.of(CipherSuite.TLS_CHACHA20_POLY1305_SHA256);
        open(pair.server(), handshake(pair.client(), 24, 0, 0, 1, 1));
        pair.client().write().update();
        assertThat(pair.server().updateOwed()).isTrue();

        byte[] wire = seal(pair.server(), WORD);

        assertThat(open(pair.client(), wire)).isEqualTo(WORD);
        assertThat(pair.server().updateOwed()).isFalse();
        assertThat(pair.client().read().sequence()).isEqualTo(1);
        assertThat(open(pair.server(), seal(pair.client(), WORD))).isEqualTo(WORD);
    }

    @Test
    void aClientSkipsTicketsHoweverTheyAreCut() throws Exception {
        Pair pair = Pair.of(CipherSuite.TLS_AES_128_GCM_SHA256);
        int[] ticket = new int[4 + 70];
        ticket[0] = 4;
        ticket[3] = 70;
        for (int part : ticket) {
            open(pair.client(), handshake(pair.server(), part));
            assertThat(open(pair.client(), seal(pair.server(), WORD))).isEqualTo(WORD);
        }

        assertThat(pair.client().messages().head()).isEmpty();
    }

    @Test
    void aServerTakesNoTicketAndNoHandshakeMessage() {
        refused(CipherSuite.TLS_AES_128_GCM_SHA256, Alert.UNEXPECTED_MESSAGE, 4, 0, 0, 1, 0);
        refused(CipherSuite.TLS_AES_128_GCM_SHA256, Alert.UNEXPECTED_MESSAGE, 1, 0, 0, 1, 0);
        refused(CipherSuite.TLS_AES_128_GCM_SHA256, Alert.UNEXPECTED_MESSAGE, 24, 0, 0, 1, 2);
        refused(CipherSuite.TLS_AES_128_GCM_SHA256, Alert.UNEXPECTED_MESSAGE, 24, 0, 0, 2, 1);
        refused(CipherSuite.TLS_AES_128_GCM_SHA256, Alert.UNEXPECTED_MESSAGE, 24, 0, 0, 1, 0, 24);
        refused(CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, Alert.NO_RENEGOTIATION, 1, 0, 0, 0);
    }

    private static void refused(CipherSuite suite, Alert with, int... message) {
        Pair pair = Pair.of(suite);
        assertThatExceptionOfType(TlsAlertException.class)
                .isThrownBy(() -> open(pair.server(), handshake(pair.client(), message)))
                .satisfies(e -> assertThat(e.alert()).isEqualTo(with));
    }

    @Test
    void keyUpdatesEmptyRecordsAndWarningsHaveAnEnd() {
        Pair updates = Pair.of(CipherSuite.TLS_AES_128_GCM_SHA256);
        assertThatExceptionOfType(TlsAlertException.class).isThrownBy(() -> {
            for (int i = 0; i < 40; i++) {
                open(updates.server(), handshake(updates.client(), 24, 0, 0, 1, 0));
                updates.client().write().update();
            }
        });
        Pair empty = Pair.of(CipherSuite.TLS_AES_128_GCM_SHA256);
        assertThatExceptionOfType(TlsAlertException.class).isThrownBy(() -> {
            for (int i = 0; i < 40; i++) {
                open(empty.server(), record(empty.client(), RecordHeader.APPLICATION_DATA));
            }
        });
        Pair warnings = Pair.of(CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
        assertThatExceptionOfType(TlsAlertException.class).isThrownBy(() -> {
            for (int i = 0; i < 40; i++) {
                open(warnings.server(), record(warnings.client(), RecordHeader.ALERT, 1, 110));
            }
        });
    }

    @Test
    void aFatalAlertEndsItWithoutAnAnswer() {
        Pair pair = Pair.of(CipherSuite.TLS_AES_128_GCM_SHA256);

        assertThatExceptionOfType(TlsPeerAlertException.class)
                .isThrownBy(() -> open(pair.server(), record(pair.client(), RecordHeader.ALERT, 2, 80)));
    }

    @Test
    void recordsOutsideTheProtectionAreRefused() {
        for (int type :
                new int[] {RecordHeader.CHANGE_CIPHER_SPEC, RecordHeader.ALERT, RecordHeader.HANDSHAKE, 19, 24}) {
            Pair pair = Pair.of(CipherSuite.TLS_AES_128_GCM_SHA256);
            byte[] wire = {(byte) type, 3, 3, 0, 1, 1};
            assertThatExceptionOfType(TlsAlertException.class)
                    .isThrownBy(() -> open(pair.server(), wire))
                    .satisfies(e -> assertThat(e.alert()).isEqualTo(Alert.UNEXPECTED_MESSAGE));
        }
    }

    @Test
    void aRecordLongerThanAllowedIsRefusedByItsHeader() {
        ByteBuf header = Unpooled.wrappedBuffer(new byte[] {23, 3, 3, 0x41, 1});
        assertThatExceptionOfType(TlsAlertException.class)
                .isThrownBy(() -> RecordHeader.read(header, 0, TlsVersion.TLS_1_3))
                .satisfies(e -> assertThat(e.alert()).isEqualTo(Alert.RECORD_OVERFLOW));
    }

    @Test
    void nothingIsSealedOnceItIsStopped() {
        Pair pair = Pair.of(CipherSuite.TLS_AES_128_GCM_SHA256);
        pair.client().stop();

        assertThatIllegalStateException().isThrownBy(() -> seal(pair.client(), WORD));
        assertThat(pair.client().write().sequence()).isZero();
    }

    @Test
    void theWarmupGoesThroughEverySuite() {
        assertThat(TlsWarmup.run(Duration.ZERO)).isEqualTo(CipherSuite.values().length);
    }

    @Test
    void nothingSecretIsPrinted() {
        Pair pair = Pair.of(CipherSuite.TLS_AES_128_GCM_SHA256);
        assertThat(pair.client().toString() + pair.client().write() + new Secret(new byte[] {0x41, 0x42}))
                .doesNotContain("0202", "2, 2", "AB", "4142");
    }

    /** A record of handshake messages that says {@code message}. */
    private static byte[] handshake(RecordLayer from, int... message) {
        return record(from, RecordHeader.HANDSHAKE, message);
    }

    private static byte[] record(RecordLayer from, int type, int... content) {
        RecordProtection write = from.write();
        ByteBuf record = Unpooled.buffer().writeZero(write.headroom());
        for (int octet : content) {
            record.writeByte(octet);
        }
        record.writeZero(64);
        int length = write.seal(type, record.array(), 0, content.length);
        return ByteBufUtil.getBytes(record, 0, length);
    }
}
