package io.baton.tls;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLException;

/** Whatever comes from outside is understood or refused, and nothing else happens. */
class TlsFuzzTest {

    /** Records from the wire, in two pieces. */
    @FuzzTest
    void records(byte[] data) {
        if (data.length < 1) {
            return;
        }
        CipherSuite suite = List.of(CipherSuite.values()).get(Math.floorMod(data[0], CipherSuite.values().length));
        EmbeddedChannel channel = new EmbeddedChannel();
        RecordLayerHandler handler = new RecordLayerHandler(
                Pair.of(suite).server(), Pair.session(suite), true, Unpooled.EMPTY_BUFFER, new byte[0]);
        channel.pipeline().addLast(handler);
        int cut = data.length / 2;
        try {
            channel.writeInbound(Unpooled.copiedBuffer(data, 0, cut));
            channel.writeInbound(Unpooled.copiedBuffer(data, cut, data.length - cut));
            channel.finishAndReleaseAll();
        } catch (Exception e) {
            if (!(e instanceof SSLException
                    || e instanceof java.io.EOFException
                    || e instanceof java.nio.channels.ClosedChannelException)) {
                throw e;
            }
        }
        if (channel.inboundMessages().stream().findAny().isPresent()) {
            throw new AssertionError("bytes came through that nobody sealed");
        }
    }

    /** What a record has in it, from a client that knows the keys. */
    @FuzzTest
    void contents(byte[] data) throws SSLException {
        PostHandshake client = new PostHandshake(false);
        PostHandshake whole = new PostHandshake(false);
        int cut = data.length / 3;
        try {
            whole.take(data, 0, data.length);
        } catch (TlsAlertException e) {
            return;
        }
        client.take(data, 0, cut);
        client.take(data, cut, data.length - cut);
        if (client.toSkip() != whole.toSkip() || !Arrays.equals(client.head(), whole.head())) {
            throw new AssertionError("cut in two it means something else");
        }
    }

    @FuzzTest
    void firstBytes(byte[] data) {
        ClientHelloPeek.Result all = ClientHelloPeek.peek(data);
        ClientHelloPeek.Result part = ClientHelloPeek.peek(Arrays.copyOf(data, data.length / 2));
        if (part instanceof ClientHelloPeek.Hello && !part.equals(all)) {
            throw new AssertionError(part + " became " + all);
        }
        if (all instanceof ClientHelloPeek.NeedMore && data.length > ClientHelloPeek.MAX_BYTES) {
            throw new AssertionError("more than the most is not enough");
        }
    }

    @FuzzTest
    void snapshots(byte[] data) {
        try {
            byte[] again = TlsSnapshotCodec.encode(TlsSnapshotCodec.decode(data));
            if (!Arrays.equals(again, data)) {
                throw new AssertionError("read and written it is another");
            }
        } catch (TlsSnapshotException e) {
            // refused
        }
    }

    @FuzzTest
    void ticketKeys(byte[] data) {
        try {
            TicketKeys.adopt(data).keysFor("web");
        } catch (TlsSnapshotException e) {
            // refused
        }
    }
}
