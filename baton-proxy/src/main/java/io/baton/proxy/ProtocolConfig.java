package io.baton.proxy;

import java.util.Set;

/** What a listener speaks, and with whom. */
public sealed interface ProtocolConfig permits TcpConfig, HttpConfig {

    /** The names of the clusters that connections or requests of the listener may go to. */
    Set<String> clusters();
}
