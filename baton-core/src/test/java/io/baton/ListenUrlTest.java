package io.baton;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketType;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ListenUrlTest {

    @Example
    void addressesAreWrittenAsEnvoyWritesThem() throws Exception {
        assertThat(tcp("1.2.3.4", 80)).isEqualTo("tcp://1.2.3.4:80");
        assertThat(tcp("::1", 80)).isEqualTo("tcp://[::1]:80");
        assertThat(tcp("::", 80)).isEqualTo("tcp://[::]:80");
        assertThat(tcp("2001:db8:0:0:1:0:0:1", 443)).isEqualTo("tcp://[2001:db8::1:0:0:1]:443");
        assertThat(tcp("2001:db8:0:1:1:1:1:1", 443)).isEqualTo("tcp://[2001:db8:0:1:1:1:1:1]:443");
        assertThat(tcp("1::", 1)).isEqualTo("tcp://[1::]:1");
        assertThat(ListenUrl.format(inet("1.2.3.4", 53), SocketType.DATAGRAM)).isEqualTo("udp://1.2.3.4:53");
        assertThat(ListenUrl.format(new SocketAddress.UnixPath("/run/a.sock"), SocketType.STREAM))
                .isEqualTo("unix:///run/a.sock");
    }

    @Property
    void everyIpv6AddressComesBack(@ForAll @Size(16) byte[] bytes, @ForAll @IntRange(max = 65535) int port)
            throws UnknownHostException {
        SocketAddress address = new SocketAddress.Inet(InetAddress.getByAddress(bytes), port);

        assertThat(ListenUrl.parse(ListenUrl.format(address, SocketType.STREAM)))
                .contains(new ListenUrl(address, SocketType.STREAM));
    }

    @Property
    void whatIsNoAddressIsNone(@ForAll String text) {
        assertThat(ListenUrl.parse("http://" + text)).isEqualTo(Optional.empty());
        ListenUrl.parse("tcp://" + text); // does not throw
    }

    @Example
    void hostNamesAreNotResolved() {
        assertThat(ListenUrl.parse("tcp://localhost:80")).isEmpty();
        assertThat(ListenUrl.parse("tcp://1.2.3.4:70000")).isEmpty();
        assertThat(ListenUrl.parse("tcp://1.2.3.4")).isEmpty();
    }

    private static String tcp(String host, int port) throws UnknownHostException {
        return ListenUrl.format(inet(host, port), SocketType.STREAM);
    }

    private static SocketAddress.Inet inet(String host, int port) throws UnknownHostException {
        return new SocketAddress.Inet(InetAddress.getByName(host), port);
    }

    @Example
    void wireNamesHaveAsciiDigitsInEveryLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            for (String url : List.of("tcp://127.0.0.1:80", "udp://[::1]:53")) {
                ListenUrl parsed = ListenUrl.parse(url).orElseThrow();
                assertThat(ListenUrl.format(parsed.address(), parsed.type())).isEqualTo(url);
            }
            DomainSocketNames names = new DomainSocketNames("/run/hr", new BaseId(12));
            assertThat(names.address(DomainSocketNames.Role.CHILD, new RestartEpoch(4)))
                    .isEqualTo(new SocketAddress.UnixPath("/run/hr_child_121"));
            assertThat(names.lockPath()).isEqualTo("/run/hr_lock_120");
            assertThat(HotRestart.supportedVersion(Posix.linux())).matches("11\\.[0-9]+");
        } finally {
            Locale.setDefault(before);
        }
    }
}
