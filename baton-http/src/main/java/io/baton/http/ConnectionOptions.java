package io.baton.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a message's Connection headers name, RFC 9110 section 7.6.1.
 *
 * @param names in lower case
 */
record ConnectionOptions(List<String> names) {
    private static final int MOST = 32;
    private static final ConnectionOptions NONE = new ConnectionOptions(List.of());

    /** @throws BadMessage 431 for too many */
    static ConnectionOptions of(HttpHeaders headers) {
        if (!headers.contains(HeaderNames.CONNECTION)) {
            return NONE;
        }
        List<String> names = new ArrayList<>(2);
        for (String value : headers.getAll(HeaderNames.CONNECTION)) {
            int from = 0;
            while (from <= value.length()) {
                int comma = value.indexOf(',', from);
                int end = comma < 0 ? value.length() : comma;
                String name = value.substring(from, end).strip();
                if (!name.isEmpty()) { // RFC 9110 section 5.6.1.2: empty list elements are ignored
                    if (names.size() == MOST) {
                        throw new BadMessage(431, "there are more than " + MOST + " connection options");
                    }
                    names.add(name.toLowerCase(Locale.ROOT));
                }
                from = end + 1;
            }
        }
        return new ConnectionOptions(names);
    }

    /** Whether who sent the message would go on with the connection, RFC 9112 section 9.3. */
    boolean keepAlive(boolean http10) {
        return !names.contains("close") && (!http10 || names.contains("keep-alive"));
    }
}
