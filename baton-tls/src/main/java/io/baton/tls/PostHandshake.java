package io.baton.tls;

import java.util.Arrays;

/**
 * The handshake messages of an established TLS 1.3 connection, which may be cut into records anywhere: KeyUpdate is understood, a server's
 * NewSessionTicket skipped, anything else refused. So little of a message is ever held that it moves with the connection.
 */
final class PostHandshake {
    static final int NEW_SESSION_TICKET = 4;
    static final int KEY_UPDATE = 24;
    static final int MAX_HEAD = 4;

    /** Two lifetimes, a nonce, a ticket and extensions, with their lengths: RFC 8446 section 4.6.1. */
    static final int MAX_TICKET = 4 + 4 + 1 + 255 + 2 + 65535 + 2 + 65535;

    /** What a record of messages has come to. */
    enum Outcome {
        NOTHING,
        KEY_UPDATE,
        KEY_UPDATE_REQUESTED
    }

    private final boolean server;
    private final byte[] head = new byte[MAX_HEAD];
    private int headBytes;
    private int toSkip;

    /** @param server whether we are it */
    PostHandshake(boolean server) {
        this.server = server;
    }

    /** Goes on where {@link #head} and {@link #toSkip} of another were. */
    static PostHandshake resumed(boolean server, byte[] head, int toSkip) {
        PostHandshake made = new PostHandshake(server);
        System.arraycopy(head, 0, made.head, 0, head.length);
        made.headBytes = head.length;
        made.toSkip = toSkip;
        return made;
    }

    /** What has come of a message's first four bytes. */
    byte[] head() {
        return Arrays.copyOf(head, headBytes);
    }

    /** What is still to come of a ticket. */
    int toSkip() {
        return toSkip;
    }

    /** @throws TlsAlertException when a message is none that belongs here */
    Outcome take(byte[] content, int offset, int length) throws TlsAlertException {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (toSkip > 0) {
                int skipped = Math.min(toSkip, end - at);
                toSkip -= skipped;
                at += skipped;
            } else if (headBytes < MAX_HEAD) {
                head[headBytes++] = content[at++];
                if (headBytes == MAX_HEAD) {
                    begin();
                }
            } else {
                return keyUpdate(content[at], end - at - 1);
            }
        }
        return Outcome.NOTHING;
    }

    private void begin() throws TlsAlertException {
        int length = ((head[1] & 0xff) << 16) | ((head[2] & 0xff) << 8) | (head[3] & 0xff);
        if (head[0] == NEW_SESSION_TICKET && !server && length <= MAX_TICKET) {
            toSkip = length;
            headBytes = 0;
        } else if (head[0] != KEY_UPDATE || length != 1) {
            throw new TlsAlertException(
                    Alert.UNEXPECTED_MESSAGE,
                    "handshake message of type %d with %d bytes, expected KeyUpdate%s"
                            .formatted(head[0], length, server ? "" : " or NewSessionTicket"));
        }
    }

    /** RFC 8446 section 5.1: nothing may follow it under the old keys. */
    private Outcome keyUpdate(int requested, int following) throws TlsAlertException {
        headBytes = 0;
        if (following > 0 || (requested & ~1) != 0) {
            throw new TlsAlertException(
                    Alert.UNEXPECTED_MESSAGE,
                    "KeyUpdate %d with %d bytes behind it, expected 0 or 1 and none".formatted(requested, following));
        }
        return requested == 1 ? Outcome.KEY_UPDATE_REQUESTED : Outcome.KEY_UPDATE;
    }
}
