package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.baton.systemtests.RecordingOrigin.Call;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/**
 * What the origin of most tests answers: {@code /hash} digests the body, {@code /bytes} sends one, {@code /head} shows the request's
 * head, and others do what is not nice.
 */
final class Answers implements RecordingOrigin.Answerer {
    private static final int CHUNK = 16_000;
    /** Longer than any test waits. */
    private static final long NEVER_MS = 120_000;

    private final CountDownLatch gate = new CountDownLatch(1);

    /** Lets those go on that wait in {@code /gated}. */
    void openGate() {
        gate.countDown();
    }

    @Override
    public void answer(Call call) throws IOException, InterruptedException {
        switch (call.path()) {
            case "/hash" -> {
                call.allowBody();
                call.respond(200, Digest.of(call.body()));
            }
            case "/bytes" -> bytes(call, false);
            case "/gated" -> bytes(call, true);
            case "/head" ->
                call.respond(
                        200,
                        call.request().line() + "\n"
                                + String.join("\n", call.request().fields()) + "\n");
            case "/cookies" ->
                call.respond(
                        200,
                        "set-cookie: a=1\r\nset-cookie: b=2\r\nx-latin: caf\u00e9\r\n",
                        "two\n".getBytes(ISO_8859_1));
            case "/status" -> status(call);
            case "/refuse" -> {
                // Without having asked for the body, which a client that waits does not send then.
                call.send("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                call.endConnection();
            }
            case "/endless" -> endless(call);
            case "/never" -> Thread.sleep(NEVER_MS);
            case "/extra" -> extra(call);
            case "/cut" -> {
                call.send("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nnot all of it");
                call.endConnection();
            }
            default -> call.respond(call.path().equals("/") ? 200 : 404, "hello\n");
        }
    }

    /** {@code n} bytes of {@code seed}: with their length, in chunks ({@code form=1}), or until the end of the connection (2). */
    private void bytes(Call call, boolean gated) throws IOException, InterruptedException {
        byte[] body = Digest.bytes(call.number("seed", 0), (int) call.number("n", 64));
        int form = (int) call.number("form", 0);
        call.send("HTTP/1.1 200 OK\r\n"
                + switch (form) {
                    case 1 -> "transfer-encoding: chunked\r\n\r\n";
                    case 2 -> "connection: close\r\n\r\n";
                    default -> "content-length: " + body.length + "\r\n\r\n";
                });
        if (call.request().method().equals("HEAD")) {
            return;
        }
        for (int at = 0; at < body.length; at += CHUNK) {
            byte[] part = Arrays.copyOfRange(body, at, Math.min(body.length, at + CHUNK));
            if (gated && at >= body.length / 2) {
                gate.await();
            }
            if (form == 1) {
                call.send("%x\r\n".formatted(part.length));
                call.send(part);
                call.send("\r\n");
            } else {
                call.send(part);
            }
        }
        if (form == 1) {
            call.send("0\r\n\r\n");
        } else if (form == 2) {
            call.endConnection();
        }
    }

    private static void status(Call call) throws IOException {
        int code = (int) call.number("code", 200);
        if (code == 204 || code == 304) {
            call.send("HTTP/1.1 %d Said\r\netag: \"x\"\r\n\r\n".formatted(code));
        } else {
            call.respond(code, "status " + code + "\n");
        }
    }

    private static void endless(Call call) throws IOException {
        call.send("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
        byte[] block = new byte[64 * 1024];
        while (true) {
            call.send(block); // until the reader is gone
        }
    }

    /** A whole answer, and behind it one that nobody asked for: it must not become the answer to somebody else's request. */
    private static void extra(Call call) throws IOException {
        call.send("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"
                + "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nstolen\n");
    }
}
