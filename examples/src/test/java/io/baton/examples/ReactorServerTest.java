package io.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers on reactor-netty in processes of their own, and the JDK's HTTP client, which sends no POST twice. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class ReactorServerTest {
    private static final int CLIENTS = 4;

    /** With a connection of its own, which it goes on using: one that lies idle in a pool is not told to leave. */
    private static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    private static String ask(HttpClient client, URI uri, int number) throws Exception {
        String text = "text of " + number;
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(10))
                .POST(BodyPublishers.ofString(text))
                .build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(text);
        return response.headers().firstValue("epoch").orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(classes = {ReactorServer.class, WebFluxServer.class})
    void noRequestFailsAndNoneIsRefusedWhileTheServerIsReplaced(Class<?> server) throws Exception {
        List<HttpClient> clients =
                Stream.generate(ReactorServerTest::client).limit(CLIENTS).toList();
        try (Generations generations = new Generations(server)) {
            URI uri = URI.create("http://127.0.0.1:%d/".formatted(generations.port));
            try (Load load = new Load(CLIENTS, number -> ask(clients.get(number), uri, number))) {
                load.awaitMore(100);
                generations.restart();
                load.awaitAnswersOf("1", 100);
                assertThat(load.failures()).as(generations::output).isEmpty();
            }
        } finally {
            clients.forEach(HttpClient::shutdownNow);
        }
    }
}
