package io.baton.inherit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.inherit.NumberedSockets.Named;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumberListsTest {

    @Property(tries = 200)
    void anyListOfNginxIsReadAsItWasWritten(@ForAll @Size(max = 50) List<@IntRange(max = 999_999_999) Integer> numbers)
            throws Exception {
        String list = numbers.stream().map(number -> number + ";").collect(Collectors.joining());
        assertThat(numbers(NumberLists.nginx(list))).isEqualTo(numbers);
        assertThat(numbers(NumberLists.nginx(list.replace(';', ':')))).isEqualTo(numbers);
    }

    @Property(tries = 200)
    void anyListOfUnicornAndServerStarterIsReadAsItWasWritten(
            @ForAll @Size(max = 50) List<@IntRange(max = 999_999_999) Integer> numbers) throws Exception {
        String list = numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
        assertThat(numbers(NumberLists.unicorn("UNICORN_FD", list))).isEqualTo(numbers);
        String ports = numbers.stream().map(number -> "[::1]:80=" + number).collect(Collectors.joining(";"));
        assertThat(numbers(NumberLists.serverStarter(ports))).isEqualTo(numbers);
    }

    @Test
    void nginxSocketsBeforeABadTokenAreTakenAndAllAfterItAreNot() throws Exception {
        NumberedSockets read = NumberLists.nginx("6;7;x8;9;");
        assertThat(numbers(read)).containsExactly(6, 7);
        assertThat(read.named().getFirst().origin()).isEqualTo("NGINX=6");
        assertThat(read.skipped())
                .containsExactly(
                        "NGINX has \"x8\" at index 4, expected the number of an fd; it and all after it are ignored");
    }

    @ParameterizedTest
    @CsvSource({"6;-7;8;", "6;;7;", "6; 7;", "6;9999999999;", "6;+7;", "6;0x7;"})
    void whatIsNoNumberEndsTheListOfNginx(String list) throws Exception {
        NumberedSockets read = NumberLists.nginx(list);
        assertThat(numbers(read)).containsExactly(6);
        assertThat(read.skipped()).hasSize(1);
    }

    @Test
    void aLastNumberThatNothingEndsIsLeftOutAsNginxDoes() throws Exception {
        NumberedSockets read = NumberLists.nginx("6;7");
        assertThat(numbers(read)).containsExactly(6);
        assertThat(read.skipped())
                .containsExactly("NGINX ends in \"7\", expected a semicolon after each number; it is ignored");
    }

    @Test
    void systemdsSocketsHaveTheirNames() throws Exception {
        NumberedSockets read = NumberLists.systemd("2", Optional.of("http:https"));
        assertThat(read.named())
                .containsExactly(new Named(3, "LISTEN_FDS 3 (http)"), new Named(4, "LISTEN_FDS 4 (https)"));
        assertThat(read.skipped()).isEmpty();
    }

    @Test
    void namesThatAreTooFewAreNotGuessedAt() throws Exception {
        NumberedSockets read = NumberLists.systemd("2", Optional.of("http"));
        assertThat(read.named()).extracting(Named::origin).containsExactly("LISTEN_FDS 3", "LISTEN_FDS 4");
        assertThat(read.skipped()).containsExactly("LISTEN_FDNAMES has 1 names for 2 sockets; they are ignored");
    }

    @ParameterizedTest
    @CsvSource({"-1", "10000", "4097", "2147483648", "three", "''"})
    void aCountThatNobodyHasIsRefused(String count) {
        assertThatThrownBy(() -> NumberLists.systemd(count, Optional.empty()))
                .isInstanceOf(InheritException.class)
                .hasMessage("LISTEN_FDS is \"%s\", expected 0 to 4096 sockets".formatted(count));
        assertThatThrownBy(() -> NumberLists.einhorn(count, List.of())).isInstanceOf(InheritException.class);
    }

    @Test
    void tenThousandSocketsAreRefusedWhole() {
        String list = String.join(";", Collections.nCopies(10_000, "5")) + ";";
        assertThatThrownBy(() -> NumberLists.nginx(list))
                .isInstanceOf(InheritException.class)
                .hasMessage("NGINX=5 is one socket too many, expected at most 4096");
        assertThatThrownBy(() -> NumberLists.unicorn("UNICORN_FD", list.replace(';', ',')))
                .isInstanceOf(InheritException.class);
        assertThatThrownBy(() -> NumberLists.serverStarter(list.replace("5", "80=5")))
                .isInstanceOf(InheritException.class);
    }

    @Test
    void serverStarterHasAddressesWithWhatever() throws Exception {
        NumberedSockets read = NumberLists.serverStarter("127.0.0.1:80=4;[::]:443=5;/run/a=b.sock=6;7;=8;x=-9");
        assertThat(numbers(read)).containsExactly(4, 5, 6);
        assertThat(read.named().getLast().origin()).isEqualTo("SERVER_STARTER_PORT /run/a=b.sock=6");
        assertThat(read.skipped())
                .hasSize(3)
                .first()
                .isEqualTo("SERVER_STARTER_PORT has \"7\", expected address=fd; it is ignored");
    }

    @Test
    void einhornsVariablesMustBeAllThere() throws Exception {
        assertThat(numbers(NumberLists.einhorn("2", List.of("5", "6", "7")))).containsExactly(5, 6);
        assertThat(NumberLists.einhorn("1", List.of("x")).skipped())
                .containsExactly("EINHORN_FD_0=x, expected the number of an fd; it is ignored");
        assertThatThrownBy(() -> NumberLists.einhorn("3", List.of("5")))
                .isInstanceOf(InheritException.class)
                .hasMessage("EINHORN_FD_COUNT is 3, but EINHORN_FD_1 is not set");
    }

    @Test
    void whatIsShownOfABadTokenFitsALogLine() {
        assertThat(NumberLists.shown("a\nb" + "x".repeat(1000)))
                .hasSize(41)
                .startsWith("a?bxx")
                .endsWith("…");
    }

    private static List<Integer> numbers(NumberedSockets read) {
        return read.named().stream().map(Named::number).toList();
    }
}
