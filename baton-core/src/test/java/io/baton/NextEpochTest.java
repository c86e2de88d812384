package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which epoch a process must have to take over from those that live. */
class NextEpochTest {
    private final Posix posix = Posix.linux();
    private final HotRestartOptions lineage = Lineages.fresh();
    private final List<Fd> living = new ArrayList<>();

    @AfterEach
    void end() {
        living.forEach(Fd::close);
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,2", "2,3"})
    void oneProcessIsTheParent(int slot, int expected) throws Exception {
        start(slot);
        assertThat(next()).isEqualTo(new RestartEpoch(expected));
    }

    @ParameterizedTest
    @CsvSource({"0,1,2", "1,2,3", "2,0,4"})
    void ofTwoTheNewerIsTheParent(int older, int newer, int expected) throws Exception {
        start(older);
        start(newer);
        assertThat(next()).isEqualTo(new RestartEpoch(expected));
        assertThat(next().slot()).isNotIn(older, newer);
    }

    @Test
    void aFourthMustWait() {
        start(0);
        start(1);
        start(2);
        assertThatThrownBy(this::next)
                .isInstanceOf(HotRestartException.class)
                .hasMessageEndingWith("has three processes already, expected at most two: wait until one has ended");
    }

    @Test
    void nobodyIsSaid() {
        assertThatThrownBy(this::next)
                .isInstanceOf(HotRestartException.class)
                .hasMessageStartingWith("no process of base id ")
                .hasMessageEndingWith(", expected one to take over from");
    }

    @Test
    void aBatonIsFoundLikeAnEnvoy() throws Exception {
        try (Server server = Server.start(lineage)) {
            assertThat(next()).isEqualTo(server.hotRestart.epoch().next());
        }
    }

    private RestartEpoch next() throws HotRestartException {
        return NextEpoch.after(posix, lineage.socketPath(), lineage.baseId());
    }

    private void start(int slot) {
        Fd socket = posix.socket(SocketFamily.UNIX, SocketType.DATAGRAM, true);
        living.add(socket);
        posix.bind(
                socket,
                new DomainSocketNames(lineage.socketPath(), lineage.baseId())
                        .address(DomainSocketNames.Role.PARENT, new RestartEpoch(slot)));
    }
}
