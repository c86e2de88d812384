package io.baton.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.relay.Destination;
import io.baton.relay.FirstBytesRouter.Decision;
import io.baton.relay.Routing;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SniRouterTest {
    private static final List<SniRoute> ROUTES = List.of(
            new SniRoute("*.example.com", "wild"),
            new SniRoute("a.example.com", "exact"),
            new SniRoute("example.com", "parent"));

    private final SniRouter router = router(Optional.of("fallback"));

    @Test
    void theExactNameGoesBeforeTheWildcard() {
        assertThat(clusterOf("a.example.com")).isEqualTo("exact");
        assertThat(clusterOf("b.example.com")).isEqualTo("wild");
        assertThat(clusterOf("example.com")).isEqualTo("parent");
    }

    @Test
    void aWildcardStandsForOneLabel() {
        assertThat(clusterOf("a.b.example.com")).isEqualTo("fallback");
        assertThat(clusterOf("aexample.com")).isEqualTo("fallback");
        assertThat(clusterOf("com")).isEqualTo("fallback");
    }

    @Test
    void namesAreTheSameInUpperAndLowerCase() {
        assertThat(clusterOf("A.Example.COM")).isEqualTo("exact");
    }

    @Test
    void whatHasNoNameOrIsNoTlsGoesWhereAllOthersGo() {
        assertThat(clusterOf(ClientHellos.withoutName())).isEqualTo("fallback");
        assertThat(clusterOf("GET / HTTP/1.1\r\n".getBytes(US_ASCII))).isEqualTo("fallback");
        assertThat(clusterOf("S".getBytes(US_ASCII))).isEqualTo("fallback");
    }

    @Test
    void whatHasNoNameOrIsNoTlsIsRefusedWhenAllOthersGoNowhere() {
        SniRouter strict = router(Optional.empty());

        assertThat(strict.decide(bytes(ClientHellos.of("x.org")))).isInstanceOf(Decision.Refuse.class);
        assertThat(strict.decide(bytes(ClientHellos.withoutName()))).isInstanceOf(Decision.Refuse.class);
        assertThat(strict.decide(bytes("GET".getBytes(US_ASCII)))).isInstanceOf(Decision.Refuse.class);
        assertThat(strict.decide(bytes(ClientHellos.of("a.example.com")))).isInstanceOf(Decision.Go.class);
    }

    @Test
    void aHelloThatNoServerCouldTakeIsRefused() {
        assertThat(router.decide(bytes(ClientHellos.tooLong()))).isInstanceOf(Decision.Refuse.class);
    }

    @Test
    void everyBeginningOfAHelloNeedsMore() {
        byte[] hello = ClientHellos.of("a.example.com");

        for (int length = 1; length < hello.length; length++) {
            assertThat(router.decide(bytes(Arrays.copyOf(hello, length)))).isInstanceOf(Decision.NeedMore.class);
        }
    }

    @Test
    void bytesInNativeMemoryAreReadAndLeftAsTheyAre() {
        byte[] hello = ClientHellos.of("a.example.com");
        ByteBuffer bytes = ByteBuffer.allocateDirect(hello.length).put(hello).flip();

        assertThat(router.decide(bytes.asReadOnlyBuffer())).isInstanceOf(Decision.Go.class);
        assertThat(bytes).isEqualTo(ByteBuffer.wrap(hello));
    }

    @Test
    void theRehearsalsHelloIsOne() {
        assertThat(SniRehearsal.hello("a.example.com"))
                .satisfies(hello -> assertThat(router.decide(hello))
                        .isEqualTo(router.decide(bytes(ClientHellos.of("a.example.com")))));
        assertThat(SniRehearsal.routing(new Destination("x", Collections::emptyIterator, Duration.ofSeconds(1))))
                .isInstanceOf(Routing.ByFirstBytes.class);
    }

    @Test
    void aConfigMadeInCodeCannotHoldNonsense() {
        Duration second = Duration.ofSeconds(1);
        SniRoute route = new SniRoute("a.example.com", "a");

        assertThatThrownBy(() -> new TcpConfig(Optional.empty(), List.of(), second, second))
                .hasMessage("expected a cluster, or some by server name");
        assertThatThrownBy(() -> new TcpConfig(Optional.empty(), List.of(route, route), second, second))
                .hasMessage("expected each server name once");
        assertThatThrownBy(() -> new TcpConfig(Optional.empty(), List.of(route), Duration.ZERO, second))
                .hasMessage("expected a hello timeout from 10ms to 10m");
        assertThatThrownBy(() -> new SniRoute("A.example.com", "a"))
                .hasMessage("expected a server name such as example.com or *.example.com, in lower case");
    }

    private static SniRouter router(Optional<String> otherwise) {
        return new SniRouter(
                new TcpConfig(otherwise, ROUTES, TcpConfig.DEFAULT_HELLO_TIMEOUT, Duration.ZERO),
                name -> Optional.of(new Destination(name, Collections::emptyIterator, Duration.ofSeconds(1))));
    }

    private static ByteBuffer bytes(byte[] bytes) {
        return ByteBuffer.wrap(bytes);
    }

    private String clusterOf(String serverName) {
        return clusterOf(ClientHellos.of(serverName));
    }

    private String clusterOf(byte[] hello) {
        return router.decide(bytes(hello)) instanceof Decision.Go(Destination destination)
                ? destination.name()
                : "none";
    }
}
