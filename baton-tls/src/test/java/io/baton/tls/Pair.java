package io.baton.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Both ends of an established connection that had no handshake. */
record Pair(RecordLayer client, RecordLayer server) {

    static Pair of(CipherSuite suite) {
        return of(suite, RecordLayer.REKEY_AFTER);
    }

    static Pair of(CipherSuite suite, long rekeyAfter) {
        return new Pair(layer(suite, false, rekeyAfter), layer(suite, true, rekeyAfter));
    }

    private static RecordLayer layer(CipherSuite suite, boolean server, long rekeyAfter) {
        return new RecordLayer(
                protection(suite, server ? 1 : 2),
                protection(suite, server ? 2 : 1),
                new PostHandshake(server),
                rekeyAfter);
    }

    static RecordProtection protection(CipherSuite suite, int filler) {
        byte[] secret = new byte[suite.secretBytes()];
        Arrays.fill(secret, (byte) filler);
        return new RecordProtection(suite, new Secret(secret), 0, JcaAead::new);
    }

    static TlsSession session(CipherSuite suite) {
        return new TlsSession(suite.version(), suite.name(), Optional.empty(), Optional.empty(), List.of(), false);
    }

    static byte[] seal(RecordLayer from, byte[] plain) {
        ByteBuf out = Unpooled.buffer(from.sealedBytes(plain.length));
        from.seal(Unpooled.wrappedBuffer(plain), out);
        return ByteBufUtil.getBytes(out);
    }

    static byte[] open(RecordLayer to, byte[] wire) throws SSLException {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        ByteBuf in = Unpooled.wrappedBuffer(wire);
        while (in.isReadable()) {
            RecordHeader header =
                    RecordHeader.read(in, in.readerIndex(), to.suite().version());
            ByteBuf content = to.open(in, header, UnpooledByteBufAllocator.DEFAULT);
            if (content != null) {
                plain.writeBytes(ByteBufUtil.getBytes(content));
                content.release();
            }
        }
        return plain.toByteArray();
    }
}
