package io.baton.tls;

import io.netty.util.concurrent.FastThreadLocal;

/** One event loop's arrays for a record on its way through a cipher. What is in them is good until the next record. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Scratch(byte[] in, byte[] out) {
    private static final FastThreadLocal<Scratch> OF_THREAD = new FastThreadLocal<>() {
        @Override
        protected Scratch initialValue() {
            return new Scratch(new byte[RecordHeader.MAX_RECORD], new byte[RecordHeader.MAX_RECORD]);
        }
    };

    static Scratch ofThread() {
        return OF_THREAD.get();
    }
}
