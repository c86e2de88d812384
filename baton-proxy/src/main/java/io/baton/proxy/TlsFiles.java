package io.baton.proxy;

import io.baton.tls.TicketKeys;
import io.baton.tls.TlsClient;
import io.baton.tls.TlsClientConfig;
import io.baton.tls.TlsConfigException;
import io.baton.tls.TlsEngine;
import io.baton.tls.TlsServer;
import io.baton.tls.TlsServerConfig;

/** Reads the files that a config's {@code tls} names, to see that they are what they should be. Tests put their own in its place. */
public interface TlsFiles {

    void check(TlsServerConfig config) throws TlsConfigException;

    /** Says also when this machine cannot speak TLS to a server. */
    void check(TlsClientConfig config) throws TlsConfigException;

    /** Those of this machine. */
    static TlsFiles system() {
        return new TlsFiles() {
            @Override
            public void check(TlsServerConfig config) throws TlsConfigException {
                TlsServer.create("check", config, TlsEngine.best(), TicketKeys.generate())
                        .close();
            }

            @Override
            public void check(TlsClientConfig config) throws TlsConfigException {
                TlsClient.create(config).close();
            }
        };
    }
}
