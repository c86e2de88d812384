package io.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeDirTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before each test
    private Path temp;

    @Test
    void isMadeForItsUserAlone() throws Exception {
        RuntimeDir directory = RuntimeDir.create(temp.resolve("a/b"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path())))
                .isEqualTo("rwx------");
        assertThat(RuntimeDir.create(temp.resolve("a/b"))).isEqualTo(directory);
    }

    @Test
    void isRefusedWhenOthersCouldComeIn() throws Exception {
        Path open = Files.createDirectory(
                temp.resolve("open"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwx-----x"));

        assertThatThrownBy(() -> RuntimeDir.create(open))
                .isInstanceOf(CliException.class)
                .hasMessage("runtime directory %s is open to others (rwx-----x), expected rwx------", open);
    }

    @Test
    void isRefusedWhenItIsSomebodyElses() throws Exception {
        Path theirs = Files.createDirectory(
                temp.resolve("theirs"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            Files.setAttribute(theirs, "unix:uid", 12345);
        } catch (FileSystemException e) {
            assumeThat(false).as("only root can give a directory away").isTrue();
        }

        assertThatThrownBy(() -> RuntimeDir.create(theirs)).hasMessageContaining("belongs to uid 12345, expected ");
    }

    @Test
    void isRefusedWhenItIsALinkOrAFile() throws Exception {
        Path real = RuntimeDir.create(temp.resolve("real")).path();
        Path link = Files.createSymbolicLink(temp.resolve("link"), real);
        Path file = Files.createFile(temp.resolve("file"));

        assertThatThrownBy(() -> RuntimeDir.create(link)).hasMessageContaining("is not a directory");
        assertThatThrownBy(() -> RuntimeDir.create(file)).hasMessageContaining("is not a directory");
    }

    @Test
    void isRefusedWhenSocketsInItWouldHaveNamesTooLong() {
        Path deep = Path.of("/tmp/" + "d".repeat(80));

        assertThatThrownBy(() -> RuntimeDir.create(deep))
                .hasMessage("runtime directory %s is 4 bytes too long: a socket's path has at most 107 bytes", deep);
        assertThat(deep).doesNotExist();
    }

    @Test
    void aCommandFindsNobodyInADirectoryThatIsNotThere() {
        assertThatThrownBy(() -> RuntimeDir.open(temp.resolve("none")))
                .isInstanceOfSatisfying(
                        CliException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.REFUSED))
                .hasMessageStartingWith("no baton runs in ");
    }

    @Test
    void hasOneSupervisor() throws Exception {
        RuntimeDir directory = RuntimeDir.create(temp.resolve("one"));
        directory.replace(directory.pidFile(), "4711\n");

        try (Fd first = directory.lock(Posix.linux())) {
            assertThat(first.isClosed()).isFalse();
            assertThatThrownBy(() -> directory.lock(Posix.linux()))
                    .hasMessage("%s is already run by pid 4711", directory.path());
        }
        directory.lock(Posix.linux()).close();
    }

    @Test
    void knowsTheLocksThatGenerationsLeave() throws Exception {
        RuntimeDir directory = RuntimeDir.create(temp.resolve("locks"));
        Path lock = Files.createFile(directory.path().resolve("hot_lock_170"));
        Files.createFile(directory.path().resolve("hot_parent_0"));

        assertThat(directory.hotRestartLocks()).containsExactly(lock);
    }

    @Test
    void isTheSessionsOrTheSystems() {
        assertThat(RuntimeDir.defaultPath(Map.of("XDG_RUNTIME_DIR", "/run/user/1000")))
                .isEqualTo(Path.of("/run/user/1000/baton"));
        assertThat(RuntimeDir.defaultPath(Map.of())).isEqualTo(Path.of("/run/baton"));
    }
}
