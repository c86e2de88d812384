package io.baton;

/** Field numbers of {@code handover.proto}: the oneof of HandoverMessage. docs/protocol.md has it as text. */
final class HandoverFields {
    static final int HELLO = 1;
    static final int WELCOME = 2;
    static final int REFUSE = 3;
    static final int READY = 4;
    static final int OFFER = 5;
    static final int ACCEPTED = 6;
    static final int EXHAUSTED = 7;
    static final int COMMIT = 8;
    static final int COMMITTED = 9;
    static final int ROLLBACK = 10;
    static final int BUDGET = 11;
    static final int BYE = 12;
    static final int ABANDON = 13;

    private HandoverFields() {}
}
