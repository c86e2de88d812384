package io.baton;

/** Field numbers of Envoy's {@code hot_restart.proto}; docs/protocol.md has it as text. */
final class WireFields {
    // HotRestartMessage
    static final int REQUEST = 1;
    static final int REPLY = 2;
    static final int DIDNT_RECOGNIZE = 3;

    // The oneof of Request; Reply's has the first three
    static final int PASS_LISTEN_SOCKET = 1;
    static final int SHUTDOWN_ADMIN = 2;
    static final int STATS = 3;
    static final int DRAIN_LISTENERS = 4;
    static final int TERMINATE = 5;
    static final int FORWARDED_UDP_PACKET = 6;
    static final int TEST_CONNECTION = 7;

    /** Baton's own, in both oneofs: a real Envoy does not recognize it. */
    static final int HANDOVER_CHANNEL = 100;

    /** Wire types, the low three bits of a tag. */
    static final int VARINT = 0;

    static final int LENGTH_DELIMITED = 2;

    private WireFields() {}
}
