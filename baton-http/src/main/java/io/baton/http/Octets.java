package io.baton.http;

import java.nio.charset.StandardCharsets;

/** Which octets RFC 9110 and RFC 9112 allow where; one table look-up each. */
final class Octets {
    private static final int TOKEN = 1;
    private static final int FIELD_VALUE = 2;
    private static final int TARGET = 4;
    private static final int HOST = 8;

    private static final byte[] KINDS = new byte[256];
    private static final byte[] HEX = new byte[256];

    static {
        for (int octet = 0x21; octet <= 0x7e; octet++) {
            KINDS[octet] |= FIELD_VALUE;
            // A fragment never goes on the wire; a client that sends one hopes that somebody behind us sees another
            // path.
            KINDS[octet] |= (byte) (octet == '#' ? 0 : TARGET);
        }
        for (int octet = 0x80; octet <= 0xff; octet++) {
            KINDS[octet] |= FIELD_VALUE; // obs-text
        }
        KINDS[' '] |= FIELD_VALUE;
        KINDS['\t'] |= FIELD_VALUE;
        String alphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        allow(TOKEN, alphanumeric + "!#$%&'*+-.^_`|~");
        allow(HOST, alphanumeric + "-._~%!$&'()*+,;=[]:");
        java.util.Arrays.fill(HEX, (byte) -1);
        for (int digit = 0; digit < 16; digit++) {
            HEX["0123456789abcdef".charAt(digit)] = (byte) digit;
            HEX["0123456789ABCDEF".charAt(digit)] = (byte) digit;
        }
    }

    private Octets() {}

    private static void allow(int kind, String octets) {
        for (byte octet : octets.getBytes(StandardCharsets.US_ASCII)) {
            KINDS[octet] |= (byte) kind;
        }
    }

    /** RFC 9110 section 5.6.2: methods, header names. */
    static boolean isToken(byte octet) {
        return (KINDS[octet & 0xff] & TOKEN) != 0;
    }

    /** RFC 9110 section 5.5, without line ends: no control but the tab. */
    static boolean isFieldValue(byte octet) {
        return (KINDS[octet & 0xff] & FIELD_VALUE) != 0;
    }

    /** What a request target may have: printable ASCII but {@code #}. */
    static boolean isTarget(byte octet) {
        return (KINDS[octet & 0xff] & TARGET) != 0;
    }

    /** RFC 3986 section 3.2.2, without userinfo. */
    static boolean isHost(byte octet) {
        return (KINDS[octet & 0xff] & HOST) != 0;
    }

    /** 0 to 15, or -1. */
    static int hex(byte octet) {
        return HEX[octet & 0xff];
    }

    static boolean isDigit(byte octet) {
        return octet >= '0' && octet <= '9';
    }

    static boolean isSpace(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    /** Whether {@code bytes[from, to)} is {@code lower}, ASCII, in any case. */
    static boolean equalsIgnoreCase(byte[] bytes, int from, int to, String lower) {
        if (to - from != lower.length()) {
            return false;
        }
        for (int i = 0; i < to - from; i++) {
            if (lower(bytes[from + i]) != lower.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code bytes[from, to)} is {@code lower} in any case. */
    static boolean equalsIgnoreCase(byte[] bytes, int from, int to, byte[] lower) {
        if (to - from != lower.length) {
            return false;
        }
        for (int i = 0; i < lower.length; i++) {
            byte octet = bytes[from + i];
            if (octet != lower[i] && (octet < 'A' || octet > 'Z' || octet + 0x20 != lower[i])) {
                return false;
            }
        }
        return true;
    }

    static boolean equalsIgnoreCase(byte[] bytes, int from, int to, byte[] other, int otherFrom, int otherTo) {
        if (to - from != otherTo - otherFrom) {
            return false;
        }
        for (int i = 0; i < to - from; i++) {
            if (lower(bytes[from + i]) != lower(other[otherFrom + i])) {
                return false;
            }
        }
        return true;
    }

    private static int lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? octet + 0x20 : octet;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }
}
