package io.baton;

/** Takes datagrams that the parent received for us. */
@FunctionalInterface
public interface UdpPacketHandler {
    void received(UdpPacket packet);
}
