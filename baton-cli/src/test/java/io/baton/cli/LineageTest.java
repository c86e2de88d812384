package io.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.BaseId;
import io.baton.RestartEpoch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineageTest {
    private static final long SELF = ProcessHandle.current().pid();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before each test
    private Path temp;

    @Test
    void isFoundAsItWasLeft() throws Exception {
        Lineage lineage = new Lineage(
                Optional.of(new BaseId(17)),
                Path.of("/etc/baton \"x\".yaml"),
                Path.of("/opt/baton"),
                List.of(
                        new Lineage.Entry(new RestartEpoch(7), 4711, 99, Instant.parse("2026-01-02T03:04:05Z")),
                        new Lineage.Entry(new RestartEpoch(8), 4712, 100, Instant.parse("2026-01-02T03:05:05Z"))));
        Path file = Files.writeString(temp.resolve("lineage.json"), lineage.toJson());

        assertThat(Lineage.read(file)).contains(lineage);
    }

    @Test
    void isWrittenBeforeAnyoneHasToldTheBaseId() throws Exception {
        Lineage lineage = new Lineage(
                Optional.empty(),
                Path.of("/etc/baton.yaml"),
                Path.of("/opt/baton"),
                List.of(new Lineage.Entry(RestartEpoch.FIRST, 4711, 99, Instant.parse("2026-01-02T03:04:05Z"))));
        Path file = Files.writeString(temp.resolve("lineage.json"), lineage.toJson());

        assertThat(Lineage.read(file)).contains(lineage);
    }

    @Test
    void isNotThereAtFirst() throws Exception {
        assertThat(Lineage.read(temp.resolve("lineage.json"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{}", "{\"base_id\": \"x\"}", "{\"base_id\": 1, \"generations\": [{}]}"})
    void damageIsSaid(String text) throws Exception {
        Path file = Files.writeString(temp.resolve("lineage.json"), text);

        assertThatThrownBy(() -> Lineage.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + " is damaged: ");
    }

    @Test
    void aPidAloneIsNoProof() {
        long ticks = Lineage.startTicks(SELF);

        assertThat(new Lineage.Entry(RestartEpoch.FIRST, SELF, ticks, Instant.EPOCH).isAlive())
                .isTrue();
        assertThat(new Lineage.Entry(RestartEpoch.FIRST, SELF, ticks - 1, Instant.EPOCH).isAlive())
                .isFalse();
    }

    @Test
    void nobodyIsAliveAfterTheEnd() throws Exception {
        Process process = new ProcessBuilder("sleep", "60").start();
        long ticks = Lineage.startTicks(process.pid());
        Lineage.Entry entry = new Lineage.Entry(RestartEpoch.FIRST, process.pid(), ticks, Instant.EPOCH);
        assertThat(entry.isAlive()).isTrue();

        process.destroyForcibly().waitFor();

        assertThat(entry.isAlive()).isFalse();
    }
}
