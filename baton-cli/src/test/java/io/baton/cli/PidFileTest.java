package io.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.Fd;
import io.baton.posix.OpenFlag;
import io.baton.posix.Posix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is named by a pid file, and who is not. */
class PidFileTest {
    private static final Posix POSIX = Posix.linux();

    @TempDir
    Path temp;

    @Test
    void itNamesTheProcessAsLongAsItServes() throws Exception {
        Path path = temp.resolve("baton.pid");
        try (PidFile file = PidFile.at(POSIX, path)) {
            assertThat(path).doesNotExist();
            file.write();
            assertThat(path).hasContent(Long.toString(POSIX.pid()));
        }
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void itStepsAsideForANewProcessAndBackWhenThatFails() throws Exception {
        Path path = temp.resolve("baton.pid");
        Path old = temp.resolve("baton.pid.oldbin");
        try (PidFile file = PidFile.at(POSIX, path)) {
            file.write();
            file.stepAside();
            assertThat(path).doesNotExist();
            assertThat(old).hasContent(Long.toString(POSIX.pid()));
            Files.writeString(path, "99999999\n"); // of the new one, which was killed
            file.stepBack();
            assertThat(path).hasContent(Long.toString(POSIX.pid()));
            assertThat(old).doesNotExist();
        }
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void whatNamesAnotherProcessStaysWhenThisOneEnds() throws Exception {
        Path path = temp.resolve("baton.pid");
        try (PidFile file = PidFile.at(POSIX, path)) {
            file.write();
            file.stepAside();
            Files.writeString(path, "99999999\n");
        }
        assertThat(path).hasContent("99999999");
        assertThat(temp.resolve("baton.pid.oldbin")).doesNotExist();
    }

    @Test
    void oneThatIsLeftOverIsReplacedEvenWhenItsNumberIsAnothersNow() throws Exception {
        Path path = Files.writeString(temp.resolve("baton.pid"), "1\n");
        try (PidFile file = PidFile.at(POSIX, path)) {
            file.write();
            assertThat(path).hasContent(Long.toString(POSIX.pid()));
        }
    }

    @Test
    void oneOfALivingBatonIsRefused() throws Exception {
        Path path = Files.writeString(temp.resolve("baton.pid"), "4711\n");
        try (Fd held = POSIX.open(path.toString(), EnumSet.of(OpenFlag.READ_WRITE), 0)) {
            assertThat(POSIX.tryLock(held)).isTrue();
            assertThatThrownBy(() -> PidFile.at(POSIX, path))
                    .hasMessage(
                            "pid file %s is that of process 4711, which lives: stop it, or choose another --pid-path"
                                    .formatted(path));
        }
    }

    @Test
    void anOldProcessThatIsStillThereIsNotOverwritten() throws Exception {
        Path path = temp.resolve("baton.pid");
        Path old = Files.writeString(temp.resolve("baton.pid.oldbin"), "4711\n");
        try (PidFile file = PidFile.at(POSIX, path);
                Fd held = POSIX.open(old.toString(), EnumSet.of(OpenFlag.READ_WRITE), 0)) {
            file.write();
            POSIX.tryLock(held);
            assertThatThrownBy(file::stepAside).hasMessageContaining("is that of process 4711, which lives");
            assertThat(path).hasContent(Long.toString(POSIX.pid()));
        }
    }

    @Test
    void aDirectoryThatIsNotThereIsSaid() {
        assertThatThrownBy(() -> PidFile.at(POSIX, temp.resolve("none/baton.pid")))
                .hasMessageContaining("none is no directory that this user can write to");
        assertThatThrownBy(() -> PidFile.at(POSIX, temp)).hasMessageContaining("is no regular file");
    }
}
