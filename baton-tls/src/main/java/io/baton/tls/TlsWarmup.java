package io.baton.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** Runs the record layer until the JIT knows it, so that the first connections that are adopted do not wait for it. */
public final class TlsWarmup {
    private static final int BYTES = RecordHeader.MAX_PLAINTEXT;

    private TlsWarmup() {}

    /**
     * Seals and opens records with keys of its own, each suite in turn, for {@code limit}; the suite it is at is finished. Any thread, for
     * that long.
     *
     * @return how many records there were
     */
    public static long run(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        long records = 0;
        ByteBuf plain = Unpooled.wrappedBuffer(new byte[BYTES]);
        do {
            for (CipherSuite suite : CipherSuite.values()) {
                records += oneRecord(suite, plain.resetReaderIndex());
            }
        } while (System.nanoTime() < end);
        return records;
    }

    private static long oneRecord(CipherSuite suite, ByteBuf plain) {
        ByteBuf wire = PooledByteBufAllocator.DEFAULT.directBuffer();
        try (RecordLayer from = layer(suite, false);
                RecordLayer to = layer(suite, true)) {
            from.seal(plain, wire);
            RecordHeader header = RecordHeader.read(wire, wire.readerIndex(), suite.version());
            ByteBuf opened = to.open(wire, header, PooledByteBufAllocator.DEFAULT);
            if (opened == null) {
                throw new IllegalStateException("what was sealed is nothing");
            }
            opened.release();
            return to.read().sequence();
        } catch (SSLException e) {
            throw new IllegalStateException("what was sealed cannot be opened", e);
        } finally {
            wire.release();
        }
    }

    /** Both ends have the same secret, of zeros, which protects nothing but zeros. */
    private static RecordLayer layer(CipherSuite suite, boolean server) {
        return new RecordLayer(zeros(suite), zeros(suite), new PostHandshake(server));
    }

    private static RecordProtection zeros(CipherSuite suite) {
        return new RecordProtection(suite, new Secret(new byte[suite.secretBytes()]), 0, JcaAead::new);
    }
}
