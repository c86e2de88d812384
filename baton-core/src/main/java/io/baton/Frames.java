package io.baton;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How a message becomes datagrams: its length as a big-endian u64, its bytes, cut into datagrams of at most 4096. Only the first has
 * the length; a message always begins a new one.
 */
final class Frames {
    static final int MAX_DATAGRAM_BYTES = 4096;
    static final int HEADER_BYTES = Long.BYTES;

    /** The longest request that makes sense is a forwarded UDP packet: 64 KiB and two addresses. */
    static final int MAX_REQUEST_BYTES = 128 * 1024;

    /** Stats of an Envoy with several hundred thousand counters and gauges. */
    static final int MAX_REPLY_BYTES = 64 * 1024 * 1024;

    private Frames() {}

    static List<byte[]> split(byte[] message) {
        byte[] framed = ByteBuffer.allocate(HEADER_BYTES + message.length)
                .putLong(message.length)
                .put(message)
                .array();
        List<byte[]> datagrams = new ArrayList<>();
        for (int from = 0; from < framed.length; from += MAX_DATAGRAM_BYTES) {
            datagrams.add(Arrays.copyOfRange(framed, from, Math.min(from + MAX_DATAGRAM_BYTES, framed.length)));
        }
        return datagrams;
    }
}
