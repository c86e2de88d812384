package io.baton.proxy;

import io.baton.tls.TlsClientConfig;
import io.baton.tls.TlsServerConfig;

/** For configs whose files are nowhere. */
record UnreadTlsFiles() implements TlsFiles {
    @Override
    public void check(TlsServerConfig config) {}

    @Override
    public void check(TlsClientConfig config) {}
}
