package io.baton.inherit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.Posix;
import io.baton.testkit.FdCount;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EinhornTest {
    private final Posix posix = Posix.linux();

    @TempDir
    Path directory;

    @Test
    void einhornIsToldWhenWeServe() throws Exception {
        Path socket = directory.resolve("einhorn.sock");
        int before = FdCount.now();
        int tcp = TestSockets.tcp().release();
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        try (FakePeer _ = new FakePeer(
                        socket,
                        connection -> told.add(new String(
                                posix.receiveMessage(connection, 256, 0)
                                        .orElseThrow()
                                        .payload(),
                                UTF_8)));
                Inherited inherited =
                        new Inheritance.Einhorn("1", List.of(Integer.toString(tcp)), Optional.of(socket)).take(posix)) {
            assertThat(inherited.sockets()).hasSize(1);
            assertThat(told).isEmpty();
            inherited.acknowledge();
            assertThat(told.poll(10, TimeUnit.SECONDS))
                    .isEqualTo("{\"command\":\"worker:ack\",\"pid\":%d}\n".formatted(posix.pid()));
        }
        assertThat(FdCount.now()).isEqualTo(before);
    }

    @Test
    void anEinhornThatIsGoneIsSaid() throws Exception {
        try (Inherited inherited =
                new Inheritance.Einhorn("0", List.of(), Optional.of(directory.resolve("gone.sock"))).take(posix)) {
            assertThatThrownBy(inherited::acknowledge)
                    .isInstanceOf(InheritException.class)
                    .hasMessageStartingWith("Einhorn is not told that we are ready: " + directory);
        }
    }

    @Test
    void anEinhornThatOnlyWaitsAWhileIsNotTold() throws Exception {
        try (Inherited inherited = new Inheritance.Einhorn("0", List.of(), Optional.empty()).take(posix)) {
            inherited.acknowledge();
            assertThat(inherited.sockets()).isEmpty();
        }
    }
}
