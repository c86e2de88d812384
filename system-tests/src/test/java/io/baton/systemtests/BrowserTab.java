package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A page in a headless Chromium, by the DevTools protocol: what it shows is asked of it in JavaScript. */
final class BrowserTab implements AutoCloseable {
    private static final Pattern SOCKET = Pattern.compile("\"webSocketDebuggerUrl\": \"([^\"]+)\"");
    private static final Pattern VALUE = Pattern.compile("\"value\":\"([^\"]*)\"");
    private static final Pattern DATA = Pattern.compile("\"data\":\"([^\"]*)\"");

    private final Talker browser;
    private final HttpClient http = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private int commands;

    private BrowserTab(Talker browser, Path profile) throws IOException, InterruptedException {
        this.browser = browser;
        Path ports = profile.resolve("DevToolsActivePort");
        await().atMost(BatonProcess.PATIENCE).until(() -> Files.exists(ports) && Files.size(ports) > 0);
        String port = Files.readAllLines(ports).getFirst();
        String tabs = http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list"))
                                .build(),
                        BodyHandlers.ofString())
                .body();
        Matcher found = SOCKET.matcher(tabs);
        if (!found.find()) {
            throw new IOException("no tab in " + tabs);
        }
        this.socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(found.group(1)), new Answers())
                .join();
    }

    /** @param profile a directory of its own */
    static BrowserTab open(Path profile, String url, String... flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-extensions",
                "--disable-background-networking",
                "--no-first-run",
                "--window-size=1300,1000",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile));
        command.addAll(List.of(flags));
        command.add(url);
        Talker browser = new Talker(Foreign.CHROMIUM.builder(command.toArray(String[]::new)));
        try {
            return new BrowserTab(browser, profile);
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            browser.close();
            throw e;
        }
    }

    private final class Answers implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                answers.add(text.toString());
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }

    /** What {@code expression} is on the page, as text. */
    String ask(String expression) throws InterruptedException {
        String escaped = expression.replace("\\", "\\\\").replace("\"", "\\\"");
        String answer = command(
                "Runtime.evaluate",
                "{\"expression\":\"encodeURIComponent(String(%s))\",\"awaitPromise\":true}".formatted(escaped));
        Matcher value = VALUE.matcher(answer);
        if (!value.find()) {
            throw new AssertionError("%s: %s".formatted(expression, answer));
        }
        return URLDecoder.decode(value.group(1).replace("+", "%2B"), UTF_8);
    }

    /** What one sees, as PNG. */
    void photograph(Path file) throws IOException, InterruptedException {
        Matcher data = DATA.matcher(command("Page.captureScreenshot", "{\"format\":\"png\"}"));
        if (!data.find()) {
            throw new AssertionError("no screenshot");
        }
        Files.write(file, Base64.getDecoder().decode(data.group(1)));
    }

    private String command(String method, String parameters) throws InterruptedException {
        int id = ++commands;
        socket.sendText("{\"id\":%d,\"method\":\"%s\",\"params\":%s}".formatted(id, method, parameters), true)
                .join();
        while (true) {
            String answer = answers.poll(BatonProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (answer == null) {
                throw new AssertionError("the browser does not answer %s:%n%s".formatted(method, browser.text()));
            }
            if (answer.startsWith("{\"id\":%d,".formatted(id))) {
                return answer;
            }
        }
    }

    @Override
    public void close() {
        socket.abort();
        http.close();
        browser.close();
    }
}
