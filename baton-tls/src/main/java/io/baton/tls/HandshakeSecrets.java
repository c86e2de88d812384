package io.baton.tls;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What BoringSSL tells of one handshake's secrets, in lines of NSS's key log format. */
final class HandshakeSecrets implements AutoCloseable {
    private @Nullable Secret client;
    private @Nullable Secret server;
    private @Nullable Secret master;

    /** @param line overwritten */
    void take(byte[] line) {
        String[] words = new String(line, StandardCharsets.US_ASCII).trim().split(" ", -1);
        Arrays.fill(line, (byte) 0);
        if (words.length == 3) {
            switch (words[0]) {
                case "CLIENT_TRAFFIC_SECRET_0" -> client = secret(words[2]);
                case "SERVER_TRAFFIC_SECRET_0" -> server = secret(words[2]);
                case "CLIENT_RANDOM" -> master = secret(words[2]);
                default -> {} // of the handshake itself, which is BoringSSL's
            }
        }
    }

    private static Secret secret(String hex) {
        return new Secret(HexFormat.of().parseHex(hex));
    }

    /** The traffic secret of a side, in TLS 1.3, once the server has said Finished. */
    Optional<Secret> traffic(boolean ofServer) {
        return Optional.ofNullable(ofServer ? server : client);
    }

    /** The master secret, in TLS 1.2. */
    Optional<Secret> master() {
        return Optional.ofNullable(master);
    }

    @Override
    public void close() {
        for (@Nullable Secret secret : new @Nullable Secret[] {client, server, master}) {
            if (secret != null) {
                secret.close();
            }
        }
    }

    @Override
    public String toString() {
        return "HandshakeSecrets[]";
    }
}
