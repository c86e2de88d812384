package io.baton.http;

/** The header lines of a head, as places in its bytes. Reused from head to head. Event loop only. */
final class Fields {
    private static final int MAX_CONNECTION_OPTIONS = 32;

    private byte[] bytes = new byte[0];
    private int[] lines = new int[8 * 5];
    private KnownField[] known = new KnownField[8];
    private int count;
    private final int[] options = new int[2 * MAX_CONNECTION_OPTIONS];
    private int optionCount;

    /**
     * Takes {@code bytes[from, to)}, header lines up to the empty one, apart and checks every byte of them.
     *
     * @throws BadMessage 400 for what is no header line, 431 for too many
     */
    void parse(byte[] head, int from, int to, int most) throws BadMessage {
        bytes = head;
        count = 0;
        optionCount = 0;
        int at = from;
        while (head[at] != '\r') {
            if (count == most) {
                throw new BadMessage(431, "there are more than " + most + " header lines");
            }
            at = line(head, at, to);
        }
        if (at + 2 != to || head[at + 1] != '\n') {
            throw BadMessage.malformed("a lone CR is in the head");
        }
    }

    private int line(byte[] head, int start, int to) throws BadMessage {
        int colon = start;
        while (Octets.isToken(head[colon])) {
            colon++; // ends at the latest at the head's last CR
        }
        if (head[colon] != ':' || colon == start) {
            throw BadMessage.malformed(badName(head, start, colon));
        }
        int end = colon + 1;
        while (Octets.isFieldValue(head[end])) {
            end++;
        }
        if (head[end] != '\r' || end + 1 >= to || head[end + 1] != '\n') {
            throw BadMessage.malformed("a header value has a control character");
        }
        add(head, start, colon, end);
        return end + 2;
    }

    private static String badName(byte[] head, int start, int at) {
        if (Octets.isSpace(head[at])) {
            return at == start ? "a header line is folded" : "there is a space in a header name or before its colon";
        }
        return at == start
                ? "a header name is empty"
                : "a header line has no colon, or its name a character not allowed";
    }

    private void add(byte[] head, int start, int colon, int end) throws BadMessage {
        if (count == known.length) {
            known = java.util.Arrays.copyOf(known, 2 * count);
            lines = java.util.Arrays.copyOf(lines, 2 * 5 * count);
        }
        int valueStart = colon + 1;
        int valueEnd = end;
        while (valueStart < valueEnd && Octets.isSpace(head[valueStart])) {
            valueStart++;
        }
        while (valueEnd > valueStart && Octets.isSpace(head[valueEnd - 1])) {
            valueEnd--;
        }
        int base = 5 * count;
        lines[base] = start;
        lines[base + 1] = colon;
        lines[base + 2] = valueStart;
        lines[base + 3] = valueEnd;
        lines[base + 4] = end + 2;
        KnownField field = KnownField.of(head, start, colon);
        known[count++] = field;
        if (field == KnownField.CONNECTION) {
            addOptions(valueStart, valueEnd);
        }
    }

    private void addOptions(int from, int to) throws BadMessage {
        int at = from;
        while (at < to) {
            int start = at;
            while (at < to && bytes[at] != ',') {
                at++;
            }
            int end = at++;
            while (start < end && Octets.isSpace(bytes[start])) {
                start++;
            }
            while (end > start && Octets.isSpace(bytes[end - 1])) {
                end--;
            }
            if (start == end) {
                continue; // RFC 9110 section 5.6.1.2: empty list elements are ignored
            }
            if (optionCount == MAX_CONNECTION_OPTIONS) {
                throw new BadMessage(431, "there are more than " + MAX_CONNECTION_OPTIONS + " connection options");
            }
            options[2 * optionCount] = start;
            options[2 * optionCount + 1] = end;
            optionCount++;
        }
    }

    int count() {
        return count;
    }

    byte[] bytes() {
        return bytes;
    }

    KnownField known(int index) {
        return known[index];
    }

    int lineStart(int index) {
        return lines[5 * index];
    }

    int nameEnd(int index) {
        return lines[5 * index + 1];
    }

    /** Without the space around it. */
    int valueStart(int index) {
        return lines[5 * index + 2];
    }

    int valueEnd(int index) {
        return lines[5 * index + 3];
    }

    /** Behind the CRLF. */
    int lineEnd(int index) {
        return lines[5 * index + 4];
    }

    boolean valueIs(int index, byte[] lower) {
        return Octets.equalsIgnoreCase(bytes, valueStart(index), valueEnd(index), lower);
    }

    /** Whether a Connection header names {@code lower}. */
    boolean hasOption(byte[] lower) {
        for (int i = 0; i < optionCount; i++) {
            if (Octets.equalsIgnoreCase(bytes, options[2 * i], options[2 * i + 1], lower)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the field is for the next hop only because a Connection header names it, RFC 9110 section 7.6.1. */
    boolean namedByConnection(int index) {
        for (int i = 0; i < optionCount; i++) {
            if (Octets.equalsIgnoreCase(
                    bytes, lineStart(index), nameEnd(index), bytes, options[2 * i], options[2 * i + 1])) {
                return true;
            }
        }
        return false;
    }
}
