package io.baton;

/** What one process asks of the other. Field numbers are in {@link MessageCodec}. */
sealed interface Request extends HotRestartMessage {

    /** Pass a duplicate of your listening socket: answered by {@link Reply.PassListenSocket}. */
    record PassListenSocket(String address, int workerIndex) implements Request {}

    /** Close your admin listener: answered by {@link Reply.ShutdownAdmin}. */
    record ShutdownAdmin() implements Request {}

    /** What have you counted? Answered by {@link Reply.Stats}. */
    record Stats() implements Request {}

    /** Stop accepting and drain; no answer. */
    record DrainListeners() implements Request {}

    /** End your process; no answer. */
    record Terminate() implements Request {}

    /** From parent to child: a datagram that is the child's; no answer. */
    @SuppressWarnings("ArrayRecordComponent") // passed on once and never compared
    record ForwardedUdpPacket(
            String localAddress, String peerAddress, long receivedEpochMicros, byte[] payload, int workerIndex)
            implements Request {}

    /** Are you there? That it could be sent is the answer. */
    record TestConnection() implements Request {}

    /**
     * Baton's own: let us have a channel over which connections move. Answered by {@link Reply.HandoverChannel}, or by {@link
     * HotRestartMessage.NotRecognized} from an Envoy, and from a Baton that does not migrate.
     */
    record HandoverChannel() implements Request {}

    /**
     * None of ours: an extension, or nothing at all.
     *
     * @param field its number in the oneof, 0 for an empty message
     */
    record Unknown(int field) implements Request {}
}
