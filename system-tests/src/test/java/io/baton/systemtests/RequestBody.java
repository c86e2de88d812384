package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** The body of a request, without its framing. A frame that is not to the letter is a {@link RecordingOrigin.Complaint}. */
final class RequestBody extends InputStream {
    static final long CHUNKED = -1;

    private static final int MAX_LINE = 8192;

    private final InputStream in;
    private final boolean chunked;
    /** Of the body, or of the chunk. */
    private long left;

    private boolean first = true;
    private boolean ended;

    /** @param length in bytes, or {@link #CHUNKED} */
    RequestBody(InputStream in, long length) {
        this.in = in;
        this.chunked = length == CHUNKED;
        this.left = chunked ? 0 : length;
        this.ended = length == 0;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (!ended && left == 0) {
            nextChunk();
        }
        if (ended) {
            return -1;
        }
        int count = in.read(bytes, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw new RecordingOrigin.Complaint(
                    "the connection ends %,d bytes before the end of a body".formatted(left));
        }
        left -= count;
        ended = left == 0 && !chunked;
        return count;
    }

    private void nextChunk() throws IOException {
        if (!first && !line().isEmpty()) {
            throw new RecordingOrigin.Complaint("a chunk that goes on behind its end");
        }
        first = false;
        String size = line();
        if (!size.matches("[0-9a-fA-F]{1,15}")) {
            throw new RecordingOrigin.Complaint("the size of a chunk is " + RecordingOrigin.quoted(size));
        }
        left = Long.parseLong(size, 16);
        if (left == 0) {
            ended = true;
            while (!line().isEmpty()) {
                // A trailer, which is allowed.
            }
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0 || line.size() > MAX_LINE) {
                throw new RecordingOrigin.Complaint("a chunk's line without end");
            }
            line.write(b);
        }
        String text = line.toString(ISO_8859_1);
        if (!text.endsWith("\r")) {
            throw new RecordingOrigin.Complaint(
                    "a chunk's line that ends in a bare LF: " + RecordingOrigin.quoted(text));
        }
        return text.substring(0, text.length() - 1);
    }
}
