package io.baton.http;

/** How the length of a body is known, RFC 9112 section 6.3. */
enum Framing {
    /** There is none. */
    NONE,
    /** By Content-Length. */
    LENGTH,
    /** By itself. */
    CHUNKED,
    /** By the end of the connection: responses only. */
    UNTIL_CLOSE
}
