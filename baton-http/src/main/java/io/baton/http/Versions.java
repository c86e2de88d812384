package io.baton.http;

/** Which versions are spoken; Netty takes any, in small letters too. */
final class Versions {
    private Versions() {}

    /**
     * Returns {@code version} when it is HTTP/1.1 or HTTP/1.0.
     *
     * @throws BadMessage 505 for another version of HTTP, 400 for what is none
     */
    static String check(String version) {
        if (version.equals("HTTP/1.1") || version.equals("HTTP/1.0")) {
            return version;
        }
        boolean other = version.length() == 8
                && version.startsWith("HTTP/")
                && Characters.isDigit(version.charAt(5))
                && version.charAt(6) == '.'
                && Characters.isDigit(version.charAt(7));
        throw other
                ? new BadMessage(505, "the version is other than HTTP/1.1 and HTTP/1.0")
                : BadMessage.malformed("the first line has no HTTP version");
    }
}
