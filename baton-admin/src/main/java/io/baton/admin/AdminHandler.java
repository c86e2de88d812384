package io.baton.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** HTTP around {@link AdminEndpoints}: bodies are not read, answers are complete before they are sent. */
final class AdminHandler implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger(AdminHandler.class);

    private final AdminEndpoints endpoints;
    private final boolean loopback;

    AdminHandler(AdminEndpoints endpoints, boolean loopback) {
        this.endpoints = endpoints;
        this.loopback = loopback;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Reply reply = reply(exchange);
        send(exchange, reply);
        // Not on this thread: what is asked for may close the server, which waits for its requests.
        reply.afterwards()
                .ifPresent(action ->
                        Thread.ofPlatform().name("baton-admin-command").daemon().start(action));
    }

    private Reply reply(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        Optional<String> refusal = BrowserGuard.refusal(loopback, method.equals("POST"), exchange.getRequestHeaders());
        if (refusal.isPresent()) {
            return Reply.text(403, refusal.get() + "\n");
        }
        try {
            Query query = Query.parse(exchange.getRequestURI().getRawQuery())
                    .withToken(exchange.getRequestHeaders().getFirst(Console.TOKEN_HEADER));
            return endpoints.handle(method, exchange.getRequestURI().getPath(), query);
        } catch (IllegalArgumentException e) {
            return Reply.text(400, "invalid query: %s%n".formatted(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("admin {} {} failed", method, exchange.getRequestURI().getPath(), e);
            return Reply.text(500, "internal error, see the log\n");
        }
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        try (exchange) {
            Headers headers = exchange.getResponseHeaders();
            headers.set("Content-Type", reply.contentType());
            headers.set("Cache-Control", "no-cache, max-age=0");
            headers.set("X-Content-Type-Options", "nosniff");
            headers.set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'");
            headers.set("Server", "baton");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
            boolean empty = head || body.length == 0;
            exchange.sendResponseHeaders(reply.status(), empty ? -1 : body.length);
            if (!empty) {
                exchange.getResponseBody().write(body);
            }
        }
    }
}
