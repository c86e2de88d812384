package io.baton.proxy;

import io.baton.relay.Destination;
import io.baton.relay.Rehearsal;
import io.baton.relay.Routing;
import io.baton.tls.ClientHelloPeek;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What a rehearsal looks at before it lets connections go on. Its clients do not speak TLS; hellos are looked at beforehand: the first one
 * in a JVM takes 15 to 35 ms, in which its event loop would do nothing else.
 */
final class SniRehearsal {
    private static final String NAME = "rehearsal.example.com";
    private static final int HELLOS = 2000;

    /** All that is no TLS, and {@link #NAME}, to one cluster. */
    static final TcpConfig CONFIG = new TcpConfig(
            Optional.of(Rehearsal.LISTENER),
            List.of(new SniRoute(NAME, Rehearsal.LISTENER), new SniRoute("*.example.com", Rehearsal.LISTENER)),
            TcpConfig.DEFAULT_HELLO_TIMEOUT,
            TcpConfig.DEFAULT_IDLE_TIMEOUT);

    private SniRehearsal() {}

    static Routing routing(Destination only) {
        SniRouter router = new SniRouter(CONFIG, _ -> Optional.of(only));
        ByteBuffer exact = hello(NAME);
        ByteBuffer wildcard = hello("other.example.com");
        for (int i = 0; i < HELLOS; i++) {
            var _ = router.decide(exact);
            var _ = router.decide(wildcard);
            var _ = router.decide(exact.slice(0, exact.remaining() - 1)); // and one that is not whole
        }
        return new Routing.ByFirstBytes(router, CONFIG.helloTimeout(), ClientHelloPeek.MAX_BYTES);
    }

    /** The least that a client can say: a record, in it a ClientHello (RFC 8446 section 4.1.2) with a server name (RFC 6066 section 3). */
    static ByteBuffer hello(String serverName) {
        byte[] name = serverName.getBytes(StandardCharsets.US_ASCII);
        byte[] random = new byte[32];
        int names = 3 + name.length;
        int extensions = 4 + 2 + names;
        int message = 2 + random.length + 1 + 4 + 2 + 2 + extensions;
        ByteBuffer out = ByteBuffer.allocateDirect(5 + 4 + message);
        out.put((byte) 22).putShort((short) 0x0301).putShort((short) (4 + message)); // handshake record
        out.put((byte) 1).put((byte) 0).putShort((short) message); // ClientHello
        out.putShort((short) 0x0303).put(random).put((byte) 0); // no session
        out.putShort((short) 2).putShort((short) 0x1301); // one suite
        out.put((byte) 1).put((byte) 0); // no compression
        out.putShort((short) extensions).putShort((short) 0).putShort((short) (2 + names)); // server_name
        out.putShort((short) names).put((byte) 0).putShort((short) name.length).put(name);
        return out.flip().asReadOnlyBuffer();
    }
}
