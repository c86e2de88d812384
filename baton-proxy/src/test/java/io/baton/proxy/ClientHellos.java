package io.baton.proxy;

import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/** What TLS clients say first, as the JDK's says it. */
final class ClientHellos {
    private ClientHellos() {}

    static byte[] of(String serverName) {
        return of(List.of(new SNIHostName(serverName)));
    }

    static byte[] withoutName() {
        return of(List.of());
    }

    /** One that says of itself that it is longer than any may be. */
    static byte[] tooLong() {
        return new byte[] {22, 3, 1, 0x40, 0, 1, 0, 0x50, 0};
    }

    private static byte[] of(List<SNIHostName> names) {
        try {
            SSLEngine engine = SSLContext.getDefault().createSSLEngine();
            engine.setUseClientMode(true);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.copyOf(names));
            parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
            engine.setSSLParameters(parameters);
            ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), hello);
            return Arrays.copyOf(hello.array(), hello.position());
        } catch (NoSuchAlgorithmException | SSLException e) {
            throw new AssertionError("the JDK says hello", e);
        }
    }
}
