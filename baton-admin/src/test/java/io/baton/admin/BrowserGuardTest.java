package io.baton.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrowserGuardTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"rebound.example:9901", "rebound.example", "127.0.0.1.rebound.example", "local host", "a_b"})
    void aNameIsRefusedOnEveryAddressThoughOriginIsTheSame(String host) {
        Headers headers = Headers.of(Map.of("Host", List.of(host), "Origin", List.of("http://" + host)));

        for (boolean loopback : new boolean[] {true, false}) {
            assertThat(BrowserGuard.refusal(loopback, true, headers)).hasValue("Host is not an address or localhost");
            assertThat(BrowserGuard.refusal(loopback, false, headers)).hasValue("Host is not an address or localhost");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1:9901", "192.0.2.1", "[2001:db8::1]:9901", "127.0.0.1:9901", "localhost:9901"})
    void anAddressOrLocalhostIsFineWhenNotOnLoopback(String host) {
        assertThat(BrowserGuard.refusal(false, true, Headers.of("Host", host))).isEmpty();
    }
}
