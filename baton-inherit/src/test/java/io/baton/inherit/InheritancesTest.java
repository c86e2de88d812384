package io.baton.inherit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.BaseId;
import io.baton.RestartEpoch;
import io.baton.posix.Posix;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code --inherit} and the environment say. */
class InheritancesTest {
    private final Posix posix = Posix.linux();
    private final String pid = Long.toString(posix.pid());
    private final String parent = Long.toString(posix.parentPid());

    @Test
    void aPlainEnvironmentInheritsNothing() throws Exception {
        assertThat(auto(Map.of("PATH", "/bin", "LISTEN", "3"))).isEqualTo(new Inheritance.None());
    }

    @Test
    void theEnvironmentTellsWhoHasStartedUs() throws Exception {
        assertThat(auto(Map.of("NGINX", "6;"))).isEqualTo(new Inheritance.Nginx("6;"));
        assertThat(auto(Map.of("LISTEN_FDS", "2", "LISTEN_PID", pid, "LISTEN_FDNAMES", "a:b")))
                .isEqualTo(new Inheritance.Systemd("2", Optional.of("a:b")));
        assertThat(auto(Map.of("SERVER_STARTER_PORT", "80=4"))).isEqualTo(new Inheritance.ServerStarter("80=4"));
        assertThat(auto(Map.of(
                        "EINHORN_FD_COUNT",
                        "2",
                        "EINHORN_FD_0",
                        "4",
                        "EINHORN_FD_1",
                        "5",
                        "EINHORN_MASTER_PID",
                        parent,
                        "EINHORN_SOCK_PATH",
                        "/run/e")))
                .isEqualTo(new Inheritance.Einhorn("2", List.of("4", "5"), Optional.of(Path.of("/run/e"))));
        assertThat(auto(Map.of("UNICORN_FD", "3,4")).kind()).isEqualTo("unicorn");
        assertThat(auto(Map.of("GUNICORN_FD", "3,4")).kind()).isEqualTo("gunicorn");
    }

    @Test
    void whatIsMeantForAnotherProcessIsNotTaken() throws Exception {
        Map<String, String> systemd = Map.of("LISTEN_FDS", "1", "LISTEN_PID", "1");
        assertThat(auto(systemd)).isEqualTo(new Inheritance.None());
        assertThatThrownBy(() -> Inheritances.of("systemd", systemd, posix))
                .isInstanceOf(InheritException.class)
                .hasMessage("LISTEN_FDS is not for this process: LISTEN_PID is \"1\", expected %s, this process"
                        .formatted(pid));
        assertThat(auto(Map.of("LISTEN_FDS", "1"))).isEqualTo(new Inheritance.None());
        assertThat(auto(Map.of("EINHORN_FD_COUNT", "1", "EINHORN_FD_0", "3", "EINHORN_MASTER_PID", "1")))
                .isEqualTo(new Inheritance.None());
    }

    @Test
    void ofSeveralTheFirstIsTaken() throws Exception {
        assertThat(auto(Map.of("UNICORN_FD", "3", "NGINX", "6;"))).isEqualTo(new Inheritance.Nginx("6;"));
    }

    @Test
    void theUserMaySayWhichOrNone() throws Exception {
        Map<String, String> both = Map.of("UNICORN_FD", "3", "NGINX", "6;");
        assertThat(Inheritances.of("unicorn", both, posix)).isEqualTo(new Inheritance.Unicorn("UNICORN_FD", "3"));
        assertThat(Inheritances.of("none", both, posix)).isEqualTo(new Inheritance.None());
        assertThat(Inheritances.of("haproxy:/run/a:b.sock", both, posix))
                .isEqualTo(new Inheritance.Haproxy(Path.of("/run/a:b.sock")));
        assertThat(Inheritances.of("mosn:/home/mosn/conf", both, posix))
                .isEqualTo(new Inheritance.Mosn(Path.of("/home/mosn/conf")));
        assertThat(Inheritances.of("envoy:7", both, posix))
                .isEqualTo(new Inheritance.Envoy(new BaseId(7), Optional.empty()));
        assertThat(Inheritances.of("envoy:7/3", both, posix))
                .isEqualTo(new Inheritance.Envoy(new BaseId(7), Optional.of(new RestartEpoch(3))));
    }

    @Test
    void whatIsNamedMustBeThere() {
        for (String kind : List.of("nginx", "systemd", "server-starter", "einhorn", "unicorn", "gunicorn")) {
            assertThatThrownBy(() -> Inheritances.of(kind, Map.of(), posix))
                    .isInstanceOf(InheritException.class)
                    .hasMessageMatching("[A-Z_]+ is not set, expected it to tell of sockets");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Nginx",
                "haproxy",
                "haproxy:",
                "mosn:",
                "envoy",
                "envoy:",
                "envoy:-1",
                "envoy:x",
                "envoy:1/",
                "envoy:1/-2",
                "envoy:429496730",
                "nginx:6",
                "haproxy:\0"
            })
    void aBadValueIsRefusedWithWhatIsExpected(String text) {
        assertThatThrownBy(() -> Inheritances.of(text, Map.of(), posix))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "', expected ");
    }

    @Test
    void aPathThatNoSocketCanHaveIsRefused() {
        assertThatThrownBy(() -> Inheritances.of("haproxy:/" + "x".repeat(107), Map.of(), posix))
                .hasMessageEndingWith("expected a path of 1 to 107 bytes");
        assertThatThrownBy(() -> Inheritances.of("mosn:/" + "x".repeat(93), Map.of(), posix))
                .hasMessageEndingWith("expected a path of 1 to 93 bytes");
    }

    @Test
    void aChildGetsNoneOfTheVariables() {
        Map<String, String> environment = new HashMap<>(Map.of(
                "NGINX", "6;", "LISTEN_FDS", "1", "LISTEN_PID", "7", "EINHORN_FD_0", "3", "PATH", "/bin", "TZ", "UTC"));
        Variables.removeFrom(environment);
        assertThat(environment).containsOnlyKeys("PATH", "TZ");
    }

    private Inheritance auto(Map<String, String> environment) throws InheritException {
        return Inheritances.of("auto", environment, posix);
    }
}
