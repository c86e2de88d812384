package io.baton.bench;

import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetSocketAddress;

/**
 * A small HTTP/1.1 server whose answers can be checked.
 *
 * <ul>
 *   <li>{@code /}: a line of text
 *   <li>{@code /bytes?n=N&seed=S}: N bytes (at most 1 MiB) that follow from S
 *   <li>{@code /slow?ms=M}: a line of text after M milliseconds (at most a minute); {@code ms} works with {@code /bytes} too
 *   <li>{@code /stream?n=N&chunk=C&ms=M&seed=S}: the N bytes in chunks of C, one every M milliseconds
 * </ul>
 */
public final class HttpOrigin extends Origin {
    static final int MAX_BYTES = 1 << 20;
    static final int MAX_DELAY_MS = 60_000;

    private HttpOrigin(InetSocketAddress address) {
        super(
                "http-origin",
                address,
                false,
                pipeline -> pipeline.addLast(new HttpServerCodec(), new HttpOriginHandler()));
    }

    /**
     * Listens on {@code address}.
     *
     * @param address port 0: any free one
     * @throws java.io.UncheckedIOException when the address cannot be bound
     */
    public static HttpOrigin start(InetSocketAddress address) {
        return new HttpOrigin(address);
    }

    /** On 127.0.0.1, any free port. */
    public static HttpOrigin start() {
        return start(Loopback.port(0));
    }
}
