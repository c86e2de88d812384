package io.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.SocketAddress;
import io.baton.proxy.Yaml.Position;
import io.baton.proxy.Yaml.Scalar;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.OptionalLong;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

class NotationTest {

    @Property
    void aDurationIsReadAsItIsWritten(@ForAll @LongRange(min = 0, max = 999_999_999) long millis) {
        Duration duration = Duration.ofMillis(millis);

        assertThat(Durations.parse(Durations.format(duration))).contains(duration);
    }

    @Property
    void anyOtherTextIsNoDuration(@ForAll @StringLength(max = 12) String text) {
        Durations.parse(text).ifPresent(duration -> assertThat(text).matches("[0-9]{1,9}(ms|s|m|h)"));
    }

    @Property
    void aSizeIsReadAsItIsWritten(@ForAll @LongRange(min = 0, max = 999_999_999) long bytes) {
        assertThat(Sizes.parse(Sizes.format(bytes))).isEqualTo(OptionalLong.of(bytes));
    }

    @Property
    void anIpv4AddressIsReadAsItIsWritten(
            @ForAll @Size(4) byte[] host, @ForAll @IntRange(min = 1, max = 65_535) int port) throws Exception {
        readsBack(host, port);
    }

    @Property
    void anIpv6AddressIsReadAsItIsWritten(
            @ForAll @Size(16) byte[] host, @ForAll @IntRange(min = 1, max = 65_535) int port) throws Exception {
        readsBack(host, port);
    }

    @Property
    void anIpv6AddressWithRunsOfZerosIsReadAsItIsWritten(
            @ForAll @IntRange(min = 0, max = 255) int present, @ForAll @IntRange(min = 1, max = 65_535) int port)
            throws Exception {
        byte[] host = new byte[16];
        for (int group = 0; group < 8; group++) {
            host[2 * group + 1] = (byte) (present >> group & 1);
        }
        readsBack(host, port);
    }

    @Property
    void whateverIsWrittenAsAnAddressGetsAnAddressOrOneLine(@ForAll @StringLength(max = 40) String text) {
        try {
            assertThat(Addresses.listener(value(text), 1)).isNotNull();
        } catch (ConfigException e) {
            assertThat(e.getMessage()).startsWith("baton.yaml:7:9: address: ").doesNotContain("\n", "\r");
        }
    }

    @Property
    void theNearestWordIsNeverFartherThanASlip(@ForAll @StringLength(max = 20) String word) {
        Words.nearest(word, Keys.ROOT.known())
                .ifPresent(guess ->
                        assertThat(Words.distance(word, guess)).isLessThanOrEqualTo(Math.max(2, word.length() / 3)));
    }

    @Example
    void addressesLookAsInEnvoy() {
        assertThat(Addresses.format(inet("::1", 80))).isEqualTo("[::1]:80");
        assertThat(Addresses.format(inet("::", 80))).isEqualTo("[::]:80");
        assertThat(Addresses.format(inet("2001:db8:0:0:1:0:0:1", 80))).isEqualTo("[2001:db8::1:0:0:1]:80");
        assertThat(Addresses.statName(inet("::1", 18_081))).isEqualTo("[__1]_18081");
        assertThat(Addresses.statName(inet("127.0.0.1", 80))).isEqualTo("127.0.0.1_80");
        assertThat(Addresses.statName(new SocketAddress.UnixPath("/run/app.sock")))
                .isEqualTo("/run/app.sock");
    }

    @Example
    void anIpv6LiteralIsNotANameToLookUp() {
        assertThat(Addresses.literal("[::1]")).contains(InetAddress.ofLiteral("::1"));
        assertThat(Addresses.literal("[localhost]")).isEmpty();
        assertThat(Addresses.literal("1.2.3")).isEmpty();
        assertThat(Addresses.literal("01.2.3.4")).isEmpty();
        assertThatThrownBy(() -> Addresses.listener(value("[1.2.3.4]:80"), 1)).isInstanceOf(ConfigException.class);
    }

    private static void readsBack(byte[] host, int port) throws UnknownHostException, ConfigException {
        SocketAddress.Inet address = new SocketAddress.Inet(InetAddress.getByAddress(host), port);

        assertThat(Addresses.listener(value(Addresses.format(address)), 1)).isEqualTo(address);
    }

    private static Value value(String text) {
        return new Value("baton.yaml", "address", new Scalar(new Position(7, 9), text, false));
    }

    private static SocketAddress.Inet inet(String host, int port) {
        return new SocketAddress.Inet(InetAddress.ofLiteral(host), port);
    }
}
