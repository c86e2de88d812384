package io.baton;

import io.baton.posix.SocketAddress;
import java.time.Instant;

/**
 * A datagram that reached the parent and belongs to the child.
 *
 * @param local where it was received
 * @param peer who sent it
 * @param receivedAt to the microsecond
 * @param payload its bytes
 * @param workerIndex the worker it is for
 */
@SuppressWarnings("ArrayRecordComponent") // passed on once and never compared
public record UdpPacket(
        SocketAddress.Inet local, SocketAddress.Inet peer, Instant receivedAt, byte[] payload, int workerIndex) {}
