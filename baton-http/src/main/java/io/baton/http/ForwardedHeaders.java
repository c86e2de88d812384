package io.baton.http;

/** What the proxy tells upstreams of the client, in X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host. */
public enum ForwardedHeaders {
    /**
     * Believes who connects: its X-Forwarded-For gets the address it connects from appended, its Proto and Host are kept, and made where
     * there are none. For a proxy behind another one.
     */
    APPEND,
    /** Believes nobody: what came is dropped, the three are made anew. For a proxy at the edge. */
    REPLACE,
    /** Passes on what came, and adds nothing. */
    OFF
}
