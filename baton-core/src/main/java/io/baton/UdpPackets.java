package io.baton;

import io.baton.posix.SocketAddress;
import io.baton.posix.SocketType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** {@link UdpPacket} as the protocol carries it. */
final class UdpPackets {
    private UdpPackets() {}

    static Request.ForwardedUdpPacket toRequest(UdpPacket packet) {
        return new Request.ForwardedUdpPacket(
                ListenUrl.format(packet.local(), SocketType.DATAGRAM),
                ListenUrl.format(packet.peer(), SocketType.DATAGRAM),
                ChronoUnit.MICROS.between(Instant.EPOCH, packet.receivedAt()),
                packet.payload(),
                packet.workerIndex());
    }

    /** Empty when an address is none. */
    static Optional<UdpPacket> fromRequest(Request.ForwardedUdpPacket request) {
        Optional<SocketAddress.Inet> local = address(request.localAddress());
        Optional<SocketAddress.Inet> peer = address(request.peerAddress());
        if (local.isEmpty() || peer.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new UdpPacket(
                local.get(),
                peer.get(),
                Instant.EPOCH.plus(request.receivedEpochMicros(), ChronoUnit.MICROS),
                request.payload(),
                request.workerIndex()));
    }

    private static Optional<SocketAddress.Inet> address(String url) {
        return ListenUrl.parse(url)
                .filter(parsed -> parsed.type() == SocketType.DATAGRAM)
                .map(parsed -> (SocketAddress.Inet) parsed.address());
    }
}
