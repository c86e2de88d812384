package io.baton.systemtests;

import io.baton.testkit.Certificates;
import java.io.IOException;
import java.util.List;

/** A program that knows TLS and nothing of HTTP, on one connection, and is fed its requests as a person would type them. */
final class HandFed implements AutoCloseable {
    private final String name;
    private final Talker talker;
    private final List<KeyUpdate> keyUpdates;
    private int asked;
    private int updated;

    /** On {@code line} it changes its key, and says {@code said}. */
    private record KeyUpdate(String line, String said) {}

    private HandFed(String name, ProcessBuilder builder, List<KeyUpdate> keyUpdates) throws IOException {
        this.name = name;
        this.talker = new Talker(builder);
        this.keyUpdates = keyUpdates;
    }

    /** OpenSSL's; K asks for a key of the other side's, too. */
    static HandFed openssl(Certificates trusted, int port) throws IOException {
        return new HandFed(
                "openssl with TLS 1.3",
                sClient(trusted, port, "-tls1_3"),
                List.of(new KeyUpdate("K\n", "KEYUPDATE"), new KeyUpdate("k\n", "KEYUPDATE")));
    }

    /** OpenSSL's with TLS 1.2, which has no such thing. */
    static HandFed openssl12(Certificates trusted, int port) throws IOException {
        return new HandFed("openssl with TLS 1.2", sClient(trusted, port, "-tls1_2"), List.of());
    }

    private static ProcessBuilder sClient(Certificates trusted, int port, String version) {
        String ca = trusted.ca().toString();
        return Foreign.OPENSSL.builder(
                "s_client", version, "-verify_return_error", "-CAfile", ca, "-connect", "127.0.0.1:" + port);
    }

    static HandFed gnutls(Certificates trusted, int port) throws IOException {
        String ca = trusted.ca().toString();
        return new HandFed(
                "gnutls",
                Foreign.GNUTLS.builder(
                        "--inline-commands", "--x509cafile", ca, "-p", Integer.toString(port), "127.0.0.1"),
                List.of(new KeyUpdate("^rekey^\n", "Rekey was completed")));
    }

    /** One request, and its answer, which shows the request's target. */
    void ask() throws IOException {
        asked++;
        talker.say("GET /head?n=%d HTTP/1.1\r\nHost: a\r\n\r\n".formatted(asked));
        talker.awaitLine("GET /head?n=%d HTTP".formatted(asked));
    }

    /** What it knows of it, one after the other. */
    void updateKeys() throws IOException {
        for (KeyUpdate update : keyUpdates) {
            updated++;
            talker.say(update.line());
            talker.awaitLines(update.said(), updated);
        }
    }

    /** What became of it. */
    Result result(int expected) {
        return new Result(name, talker.isRunning() && asked == expected, updated, talker.text());
    }

    /** @param good still there, and answered each time */
    record Result(String name, boolean good, int keyUpdates, String said) {}

    @Override
    public void close() {
        talker.close();
    }
}
