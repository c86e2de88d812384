/** Envoy's configuration as Baton's. */
module io.baton.envoy {
    requires transitive io.baton.proxy;
    requires io.baton.http;
    requires io.baton.posix;
    requires io.baton.tls;
    // Envoy's messages: the jar has no name of its own, so this is its file's.
    requires api;
    requires com.fasterxml.jackson.core;
    // protobuf's JSON needs it, and has no module descriptor to say so.
    requires com.google.gson;
    requires com.google.protobuf;
    requires com.google.protobuf.util;
    requires static org.jspecify;

    exports io.baton.envoy;
}
