package io.baton.http;

/** Which characters RFC 9110 and RFC 9112 allow where, for what Netty takes as it comes; one table look-up each. */
final class Characters {
    private static final int TOKEN = 1;
    private static final int TARGET = 2;
    private static final int HOST = 4;
    private static final int TEXT = 8;

    private static final byte[] KINDS = new byte[256];

    static {
        for (int octet = 0x21; octet <= 0x7e; octet++) {
            KINDS[octet] |= TEXT;
            // A fragment never goes on the wire; a client that sends one hopes that somebody behind us sees another
            // path.
            KINDS[octet] |= (byte) (octet == '#' ? 0 : TARGET);
        }
        for (int octet = 0x80; octet <= 0xff; octet++) {
            KINDS[octet] |= TEXT; // obs-text
        }
        KINDS[' '] |= TEXT;
        KINDS['\t'] |= TEXT;
        String alphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        allow(TOKEN, alphanumeric + "!#$%&'*+-.^_`|~");
        allow(HOST, alphanumeric + "-._~%!$&'()*+,;=[]:");
    }

    private Characters() {}

    private static void allow(int kind, String characters) {
        characters.chars().forEach(each -> KINDS[each] |= (byte) kind);
    }

    private static boolean is(int kind, int character) {
        return character < KINDS.length && (KINDS[character] & kind) != 0;
    }

    /** RFC 9110 section 5.6.2: methods, header names. */
    static boolean isToken(byte octet) {
        return is(TOKEN, octet & 0xff);
    }

    /** What a request target may have: printable ASCII but {@code #}. */
    static boolean isTarget(char character) {
        return is(TARGET, character);
    }

    /** RFC 3986 section 3.2.2, without userinfo. */
    static boolean isHost(char character) {
        return is(HOST, character);
    }

    /** Of a header's value or a reason phrase: no control but the tab. */
    static boolean isText(byte octet) {
        return is(TEXT, octet & 0xff);
    }

    static boolean isDigit(int character) {
        return character >= '0' && character <= '9';
    }
}
