package io.baton.tls;

import java.util.List;
import java.util.Optional;

/**
 * What a client says first, as far as it decides where it goes.
 *
 * @param serverName in lower case, without a dot at its end
 * @param applicationProtocols as the client prefers them
 */
public record ClientHello(Optional<String> serverName, List<String> applicationProtocols) {
    public ClientHello {
        applicationProtocols = List.copyOf(applicationProtocols);
    }
}
