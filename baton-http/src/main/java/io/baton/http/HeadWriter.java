package io.baton.http;

import io.netty.buffer.ByteBuf;

/** Builds a head in an array that is reused. Event loop only. */
final class HeadWriter {
    private byte[] out = new byte[4096];
    private int length;

    void reset() {
        length = 0;
    }

    int length() {
        return length;
    }

    HeadWriter put(byte[] bytes) {
        return put(bytes, 0, bytes.length);
    }

    HeadWriter put(byte[] bytes, int from, int to) {
        int count = to - from;
        if (length + count > out.length) {
            grow(count);
        }
        System.arraycopy(bytes, from, out, length, count);
        length += count;
        return this;
    }

    private void grow(int more) {
        out = java.util.Arrays.copyOf(out, Math.max(2 * out.length, length + more));
    }

    void writeTo(ByteBuf buffer) {
        buffer.writeBytes(out, 0, length);
    }
}
