package io.baton.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxFilesTest {
    private final Posix posix = Posix.linux();

    @TempDir
    Path directory;

    @Test
    void createsWritesAndUnlinksAFile() throws IOException {
        Path path = directory.resolve("é file");
        try (Arena arena = Arena.ofConfined();
                Fd file = posix.open(path.toString(), Set.of(OpenFlag.CREATE, OpenFlag.WRITE_ONLY), 0600)) {
            MemorySegment text = arena.allocateFrom("text");
            assertThat(posix.write(file.number(), text, 0, 4)).isEqualTo(4);
            assertThat(posix.size(file)).isEqualTo(4);
            assertThat(path).hasContent("text");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-------");
            assertThat(LinuxFiles.descriptorFlags(file.number()))
                    .as("close-on-exec")
                    .isOne();
        }
        posix.unlink(path.toString());
        assertThat(path).doesNotExist();
        assertThatThrownBy(() -> posix.unlink(path.toString()))
                .hasMessage("unlink(path=%s) failed: ENOENT (No such file or directory)", path);
    }

    @Test
    void aPathThatCannotBeOpenedIsNamed() {
        assertThatThrownBy(() -> posix.open("/no/such", Set.of(OpenFlag.READ_ONLY), 0))
                .hasMessage(
                        "open(path=/no/such, flags=[READ_ONLY], mode=0) failed: ENOENT (No such file or directory)");
        assertThatThrownBy(() -> posix.open("/etc\0/passwd", Set.of(), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("path has a NUL in it, expected none: /etc?/passwd");
    }

    @Test
    void onlyOneOpenFileHoldsTheLock() {
        String path = directory.resolve("lock").toString();
        Set<OpenFlag> flags = Set.of(OpenFlag.CREATE, OpenFlag.READ_WRITE);
        try (Fd other = posix.open(path, flags, 0600)) {
            try (Fd holder = posix.open(path, flags, 0600)) {
                assertThat(posix.tryLock(holder)).isTrue();
                assertThat(posix.tryLock(holder)).isTrue();
                assertThat(posix.tryLock(other)).isFalse();
            }
            assertThat(posix.tryLock(other)).isTrue();
        }
    }

    @Test
    void pipesHaveTheCapacityAskedForAndDoNotBlock() {
        try (Arena arena = Arena.ofConfined();
                FdPair pipe = posix.pipe(128 * 1024);
                FdPair standard = posix.pipe(0)) {
            assertThat(posix.pipeCapacity(pipe.first())).isEqualTo(128 * 1024);
            assertThat(posix.pipeCapacity(standard.second())).isEqualTo(64 * 1024);
            MemorySegment buffer = arena.allocate(1 << 20);
            assertThat(posix.read(pipe.first().number(), buffer, 1)).isEqualTo(-Errno.EAGAIN.number());
            assertThat(posix.write(pipe.second().number(), buffer, 0, 1 << 20)).isEqualTo(128 * 1024);
        }
    }

    @Test
    void aPipeThatCannotBeMadeLeaksNothing() {
        long before = OpenFds.count();

        assertThatThrownBy(() -> posix.pipe(-1))
                .hasMessage("fcntl(F_SETPIPE_SZ, -1) failed: EINVAL (Invalid argument)");

        assertThat(OpenFds.count()).isEqualTo(before);
    }

    @Test
    void duplicatesAboveANumber() {
        try (Fd event = posix.eventFd();
                Fd high = posix.duplicate(event, 500)) {
            assertThat(high.number()).isGreaterThanOrEqualTo(500);
            assertThat(LinuxFiles.descriptorFlags(high.number()))
                    .as("close-on-exec")
                    .isOne();
            posix.setCloseOnExec(high, false);
            assertThat(LinuxFiles.descriptorFlags(high.number()))
                    .as("close-on-exec")
                    .isZero();
        }
    }

    @Test
    void knowsWhatIsOpen() {
        Fd event = posix.eventFd();
        int number = event.number();
        assertThat(posix.isOpen(number)).isTrue();
        assertThat(posix.isCloseOnExec(number)).isTrue();
        event.close();
        assertThat(posix.isOpen(number)).isFalse();
        assertThat(posix.isOpen(-1)).isFalse();
        assertThat(posix.isCloseOnExec(number)).isFalse();
    }
}
