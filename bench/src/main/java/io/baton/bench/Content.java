package io.baton.bench;

import io.netty.buffer.ByteBuf;

/**
 * Pseudo-random bytes of which any position can be computed from the seed alone, so that both sides of a stream know what
 * byte belongs where without keeping a copy, and a lost or doubled byte shows at once (SplitMix64, eight bytes a step).
 */
record Content(long seed) {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    byte byteAt(long position) {
        return (byte) (word(position >>> 3) >>> ((position & 7) << 3));
    }

    /** Appends the bytes of positions {@code position} to {@code position + length}. */
    void write(ByteBuf out, long position, int length) {
        long at = position;
        long end = position + length;
        while (at < end && (at & 7) != 0) {
            out.writeByte(byteAt(at++));
        }
        for (; end - at >= Long.BYTES; at += Long.BYTES) {
            out.writeLongLE(word(at >>> 3));
        }
        while (at < end) {
            out.writeByte(byteAt(at++));
        }
    }

    /**
     * Compares every readable byte of {@code in} with what belongs there.
     *
     * @return the position of the first wrong byte, or -1 when all are right; {@code in} keeps its reader index
     */
    long firstMismatch(ByteBuf in, long position) {
        int index = in.readerIndex();
        int end = in.writerIndex();
        long at = position;
        while (index < end) {
            if ((at & 7) == 0 && end - index >= Long.BYTES) {
                long difference = in.getLongLE(index) ^ word(at >>> 3);
                if (difference != 0) {
                    return at + (Long.numberOfTrailingZeros(difference) >>> 3);
                }
                index += Long.BYTES;
                at += Long.BYTES;
            } else {
                if (in.getByte(index) != byteAt(at)) {
                    return at;
                }
                index++;
                at++;
            }
        }
        return -1;
    }

    private long word(long index) {
        long z = seed + (index + 1) * GOLDEN_GAMMA;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
