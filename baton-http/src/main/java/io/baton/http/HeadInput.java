package io.baton.http;

import io.netty.buffer.ByteBuf;

/** Finds heads in a stream of bytes, and brings them into an array to be parsed. Event loop only. */
final class HeadInput {
    private final HeadScan scan = new HeadScan();

    /** For the next head. */
    void reset() {
        scan.reset();
    }

    /**
     * Looks for a whole head at the start of {@code in}, which it does not change but for empty lines before a request.
     *
     * @return its length, its bytes then being in the worker's scratch array from 0 on; -1 when more is to come
     * @throws BadMessage as {@link HeadScan#find}
     */
    int find(ByteBuf in, Worker worker, HttpLimits limits, boolean request) throws BadMessage {
        int length = in.readableBytes();
        int most = Math.min(length, limits.headBytes() + 1);
        byte[] scratch = worker.scratch(most);
        int from = scan.scanned();
        in.getBytes(in.readerIndex() + from, scratch, from, most - from);
        if (from == 0 && request) {
            int skipped = HeadScan.emptyLines(scratch, most);
            if (skipped > 0) {
                in.skipBytes(skipped);
                return find(in, worker, limits, true);
            }
            if (length == 0 || (length == 1 && scratch[0] == '\r')) {
                return -1;
            }
            if (!Octets.isToken(scratch[0])) {
                throw BadMessage.malformed("what comes is no HTTP request");
            }
        }
        int end = scan.find(scratch, most, limits);
        if (end >= 0) {
            in.getBytes(in.readerIndex(), scratch, 0, from);
            scan.reset();
        }
        return end;
    }
}
