package io.baton.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReusePortTest {
    private static final int CLIENTS = 40;

    private final Posix posix = Posix.linux();
    private final List<Fd> listeners = new ArrayList<>();

    @AfterEach
    void close() {
        listeners.forEach(Fd::close);
    }

    @Test
    void oneOfSeveralListenersGetsAllConnectionsUntilTheyShareThemAgain() {
        SocketAddress address = new SocketAddress.Inet(InetAddress.getLoopbackAddress(), 0);
        for (int i = 0; i < 3; i++) {
            Fd listener = posix.socket(SocketFamily.INET, SocketType.STREAM, true);
            listeners.add(listener);
            posix.setSocketOption(listener, SocketOption.SO_REUSEPORT, 1);
            posix.bind(listener, address);
            address = posix.localAddress(listener);
            posix.listen(listener, CLIENTS);
        }

        posix.directReusePort(listeners.get(2), 1);
        connect(address);
        assertThat(accepted()).containsExactly(0, CLIENTS, 0);

        posix.directReusePort(listeners.get(0), 0);
        listeners.get(2).close();
        listeners.remove(2);
        connect(address);
        assertThat(accepted()).containsExactly(CLIENTS, 0);

        posix.spreadReusePort(listeners.get(0));
        connect(address);
        assertThat(accepted()).as("2 to the power of -39 says otherwise").doesNotContain(0);
    }

    private void connect(SocketAddress address) {
        for (int i = 0; i < CLIENTS; i++) {
            try (Fd client = posix.socket(SocketFamily.INET, SocketType.STREAM, false)) {
                assertThat(posix.connect(client, address)).isTrue();
            }
        }
    }

    private List<Integer> accepted() {
        List<Integer> counts = new ArrayList<>();
        for (Fd listener : listeners) {
            int count = 0;
            for (int accepted = posix.accept(listener.number());
                    accepted >= 0;
                    accepted = posix.accept(listener.number())) {
                posix.close(accepted);
                count++;
            }
            counts.add(count);
        }
        return counts;
    }
}
