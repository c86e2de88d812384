package io.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.Stats;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionObserverTest {
    @Test
    void aDeadWorkerIsReportedToWhoeverOwnsTheProcess(@TempDir Path temp) throws Exception {
        BatonConfig config = ConfigLoader.load(Files.writeString(temp.resolve("baton.yaml"), """
                listeners: [ { name: web, address: 127.0.0.1:18080, tcp: { cluster: origin } } ]
                clusters: [ { name: origin, endpoints: [ 127.0.0.1:9000 ] } ]
                """));
        AtomicInteger told = new AtomicInteger();
        ConnectionObserver observer =
                new ConnectionObserver(config, new Stats(), Optional.empty(), told::incrementAndGet);

        observer.workerDied(1, new IllegalStateException("for the test"));

        assertThat(told).hasValue(1);
    }
}
