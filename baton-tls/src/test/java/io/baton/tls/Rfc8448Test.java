package io.baton.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The trace of RFC 8448 section 3, "Simple 1-RTT Handshake", and published vectors of TLS 1.2's PRF. */
class Rfc8448Test {
    private static final CipherSuite SUITE = CipherSuite.TLS_AES_128_GCM_SHA256;
    private static final String CLIENT_SECRET = "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5";
    private static final String SERVER_SECRET = "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643";

    /** The fifty bytes that both sides say. */
    private static final byte[] SAID = said();

    private static byte[] said() {
        byte[] bytes = new byte[50];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    @Test
    void keysFollowFromTheTrafficSecrets() {
        assertThat(hex(KeySchedule.key(SUITE, secret(SERVER_SECRET)))).isEqualTo("9f02283b6c9c07efc26bb9f2ac92e356");
        assertThat(hex(KeySchedule.iv(SUITE, secret(SERVER_SECRET)))).isEqualTo("cf782b88dd83549aadf1e984");
        assertThat(hex(KeySchedule.key(SUITE, secret(CLIENT_SECRET)))).isEqualTo("17422dda596ed5d9acd890e3c63f5051");
        assertThat(hex(KeySchedule.iv(SUITE, secret(CLIENT_SECRET)))).isEqualTo("5b78923dee08579033e523d9");
    }

    @Test
    void theClientsFirstRecordIsTheOneOfTheTrace() {
        RecordProtection client = new RecordProtection(SUITE, secret(CLIENT_SECRET), 0, JcaAead::new);
        byte[] buffer = new byte[200];
        System.arraycopy(SAID, 0, buffer, client.headroom(), SAID.length);

        int length = client.seal(RecordHeader.APPLICATION_DATA, buffer, 0, SAID.length);

        assertThat(HexFormat.of().formatHex(buffer, 0, length))
                .isEqualTo("1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a"
                        + "20441e2b62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4");
    }

    @Test
    void theServerOpensItAndTheAlertBehindIt() throws Exception {
        RecordLayer server = new RecordLayer(
                new RecordProtection(SUITE, secret(CLIENT_SECRET), 0, JcaAead::new),
                new RecordProtection(SUITE, secret(SERVER_SECRET), 1, JcaAead::new),
                new PostHandshake(true));
        ByteBuf in = Unpooled.wrappedBuffer(HexFormat.of()
                .parseHex("1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a"
                        + "20441e2b62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4"
                        + "1703030013c9872760655666b74d7ff1153efd6db6d0b0e3"));

        ByteBuf data = server.open(in, RecordHeader.read(in, 0, TlsVersion.TLS_1_3), UnpooledByteBufAllocator.DEFAULT);
        assertThat(data).isNotNull();
        assertThat(ByteBufUtil.getBytes(data)).isEqualTo(SAID);
        assertThat(server.receivedClose()).isFalse();
        ByteBuf none = server.open(
                in, RecordHeader.read(in, in.readerIndex(), TlsVersion.TLS_1_3), UnpooledByteBufAllocator.DEFAULT);
        assertThat(none).isNull();
        assertThat(server.receivedClose()).isTrue();
    }

    /** Of the thread "TLS 1.2 PRF test vectors" on the IETF's list, as other libraries use them. */
    @Test
    void thePrfOfTls12IsTheOneOfThePublishedVectors() {
        byte[] seed = concat("test label".getBytes(StandardCharsets.US_ASCII), "a0ba9f936cda311827a6f796ffd5198c");

        byte[] made = KeySchedule.pHash(CipherSuite.Hash.SHA256, secret("9bbe436ba940f017b17652849a71db35"), seed, 100);

        assertThat(hex(made))
                .isEqualTo(
                        "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af"
                                + "0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701"
                                + "87347b66");
    }

    private static byte[] concat(byte[] first, String hex) {
        byte[] second = HexFormat.of().parseHex(hex);
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static Secret secret(String hex) {
        return new Secret(HexFormat.of().parseHex(hex));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
