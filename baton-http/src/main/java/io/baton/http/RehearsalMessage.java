package io.baton.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Reads the messages of a rehearsal, whose form is known, in the plainest way. */
record RehearsalMessage(String firstLine) {
    private static final int MAX_LINE = 4096;

    /**
     * Reads one message to its end.
     *
     * @param first whether the connection may end before it
     * @throws EOFException when it ends within
     */
    static RehearsalMessage read(InputStream in, boolean first) throws IOException {
        String firstLine = line(in, first);
        long length = 0;
        boolean chunked = false;
        for (String line = line(in, false); !line.isEmpty(); line = line(in, false)) {
            String field = line.toLowerCase(Locale.ROOT);
            if (field.startsWith("content-length:")) {
                length = Long.parseLong(field.substring(field.indexOf(':') + 1).strip());
            }
            chunked |= field.startsWith("transfer-encoding:");
        }
        while (chunked) {
            int size = Integer.parseInt(line(in, false), 16);
            in.skipNBytes(size);
            line(in, false);
            chunked = size > 0;
        }
        in.skipNBytes(length);
        return new RehearsalMessage(firstLine);
    }

    private static String line(InputStream in, boolean mayEnd) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw mayEnd && line.isEmpty()
                        ? new EOFException()
                        : new EOFException("a message of the rehearsal was cut");
            }
            if (line.length() == MAX_LINE) {
                throw new IOException("a line of the rehearsal is longer than " + MAX_LINE);
            }
            line.append((char) octet);
        }
        return line.toString().stripTrailing();
    }

    static byte[] bytes(String text) {
        return text.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
    }
}
