package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SceneTest {
    @Test
    void leavesNothingBehindAndClosesLastFirst() throws Exception {
        List<String> closed = new ArrayList<>();
        Scene scene = new Scene("test");
        try (scene) {
            scene.write(scene.subdirectory("sub").resolve("file"), "content");
            scene.add(() -> closed.add("first"));
            scene.add(() -> {
                closed.add("second");
                throw new IllegalStateException("one that cannot be closed does not keep the others open");
            });
        }
        assertThat(closed).containsExactly("second", "first");
        assertThat(scene.directory()).doesNotExist();
    }

    @Test
    void closesAtOnceWhatComesTooLate() throws Exception {
        List<String> closed = new ArrayList<>();
        Scene scene = new Scene("test");
        scene.close();
        scene.add(() -> closed.add("late"));
        assertThat(closed).containsExactly("late");
    }

    @Test
    void saysWhichDistributionIsNone(@TempDir Path empty) {
        assertThatThrownBy(() -> Distribution.find(null, Map.of())).hasMessageContaining("-Dbaton.home=DIR");
        assertThatThrownBy(() -> Distribution.find(empty.toString(), Map.of()))
                .hasMessageContaining("no executable bin/baton");
    }

    @Test
    void endsACommandThatTakesTooLong() {
        assertThatThrownBy(() -> Command.run(List.of("sleep", "60"), Duration.ofMillis(100)))
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("'sleep 60' was not done");
        assertThatThrownBy(() -> Command.run(List.of("no-such-program"), Duration.ofSeconds(1)))
                .hasMessageContaining("cannot run 'no-such-program'");
    }
}
