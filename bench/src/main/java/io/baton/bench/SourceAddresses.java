package io.baton.bench;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Hands out 127.0.1.1, 127.0.1.2 and so on as the addresses to connect from: one address has 28,000 ephemeral ports, and each
 * stays in TIME_WAIT for a minute. Confined to one thread. For targets that are not IPv4 loopback the kernel chooses.
 */
final class SourceAddresses {
    private static final int COUNT = 64;

    private final boolean spread;
    private int next;

    SourceAddresses(InetSocketAddress target) {
        this.spread =
                target.getAddress().isLoopbackAddress() && target.getAddress().getAddress().length == 4;
    }

    InetSocketAddress next() {
        if (!spread) {
            return new InetSocketAddress(0);
        }
        next = (next + 1) % COUNT;
        try {
            return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 1, (byte) (next + 1)}), 0);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}
