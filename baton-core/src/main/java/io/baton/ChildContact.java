package io.baton;

import io.baton.posix.Fd;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way to the child: answers, on the parent role's thread, and UDP packets, on any. A child that does not read goes without. */
final class ChildContact {
    private static final Logger LOG = LoggerFactory.getLogger(ChildContact.class);

    /** How long a child that does not read may hold us up. */
    private static final Duration SEND_PATIENCE = Duration.ofSeconds(1);

    private final RpcStream main;
    private final RpcStream udp;
    private final SocketAddress address;
    private final SocketAddress udpAddress;

    ChildContact(RpcStream main, RpcStream udp, SocketAddress address, SocketAddress udpAddress) {
        this.main = main;
        this.udp = udp;
        this.address = address;
        this.udpAddress = udpAddress;
    }

    /**
     * Answers; false when that could not be sent.
     *
     * @param fds stay the caller's
     */
    boolean reply(HotRestartMessage message, List<Fd> fds) {
        try {
            main.send(message, fds, address, SEND_PATIENCE);
            return true;
        } catch (PosixException e) {
            LOG.warn("the child cannot be answered: {}", e.getMessage());
            return false;
        }
    }

    /** Now or never; false when it was lost. Any thread. */
    boolean forward(UdpPacket packet) {
        try {
            udp.send(UdpPackets.toRequest(packet), List.of(), udpAddress, Duration.ZERO);
            return true;
        } catch (PosixException e) {
            LOG.debug("a UDP packet for the child was lost: {}", e.getMessage());
            return false;
        }
    }
}
