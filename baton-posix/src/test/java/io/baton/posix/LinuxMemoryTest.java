package io.baton.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LinuxMemoryTest {
    private static final int SIZE = 4096;

    private final Posix posix = Posix.linux();
    private final String name =
            "/baton-test-" + Long.toUnsignedString(ThreadLocalRandom.current().nextLong());
    private final Arena arena = Arena.ofShared();
    private Fd memory;
    private MemorySegment mutex;

    @BeforeEach
    void createMemoryWithAMutex() {
        memory = posix.openSharedMemory(name, true, 0600);
        posix.truncate(memory, SIZE);
        mutex = posix.map(memory, SIZE, arena);
        posix.initializeMutex(mutex);
    }

    @AfterEach
    void removeMemory() {
        memory.close();
        arena.close();
        posix.unlinkSharedMemory(name);
    }

    @Test
    void mappingsOfOneNameAreOneMemory() {
        try (Fd again = posix.openSharedMemory(name, false, 0);
                Arena mine = Arena.ofConfined()) {
            assertThat(posix.size(again)).isEqualTo(SIZE);
            assertThat(LinuxFiles.descriptorFlags(again.number()))
                    .as("close-on-exec")
                    .isOne();
            MemorySegment other = posix.map(again, SIZE, mine);

            mutex.set(ValueLayout.JAVA_LONG, SIZE - 8, 42);

            assertThat(other.get(ValueLayout.JAVA_LONG, SIZE - 8)).isEqualTo(42);
        }
    }

    @Test
    void aMappingIsGoneWithItsArena() throws IOException {
        MemorySegment mapped;
        try (Arena mine = Arena.ofConfined()) {
            mapped = posix.map(memory, SIZE, mine);
            assertThat(mappings()).contains("%x-".formatted(mapped.address()));
        }
        assertThat(mappings()).doesNotContain("%x-".formatted(mapped.address()));
        assertThatThrownBy(() -> mapped.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }

    private static String mappings() throws IOException {
        return Files.readString(Path.of("/proc/self/maps"));
    }

    @Test
    void aNameIsCreatedOnce() {
        assertThatThrownBy(() -> posix.openSharedMemory(name, true, 0600))
                .hasMessage("shm_open(name=%s, create=true, mode=600) failed: EEXIST (File exists)", name);
        assertThatThrownBy(() -> posix.unlinkSharedMemory(name + "-other"))
                .hasMessage("shm_unlink(name=%s-other) failed: ENOENT (No such file or directory)", name);
    }

    @Test
    void refusesToMapBehindTheEndOfTheFile() {
        assertThatThrownBy(() -> posix.map(memory, SIZE + 1, arena))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("size to map is 4097 bytes, expected 1 to 4096, the size of the file");
    }

    @Test
    void aMutexThatAnotherThreadHoldsTimesOut() {
        assertThat(posix.lockMutex(mutex, Waits.NONE)).isEqualTo(MutexResult.ACQUIRED);

        assertThat(lockInAnotherThread(Duration.ZERO)).isEqualTo(MutexResult.TIMED_OUT);
        long start = System.nanoTime();
        assertThat(lockInAnotherThread(Duration.ofMillis(1_100))).isEqualTo(MutexResult.TIMED_OUT);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(1_100));

        posix.unlockMutex(mutex);
        assertThat(lockInAnotherThread(Waits.LONG)).isEqualTo(MutexResult.ACQUIRED);
    }

    /** Locks in a thread of its own, and unlocks again when it got the lock. */
    private MutexResult lockInAnotherThread(Duration timeout) {
        CompletableFuture<MutexResult> result = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            MutexResult locked = posix.lockMutex(mutex, timeout);
            if (locked != MutexResult.TIMED_OUT) {
                posix.unlockMutex(mutex);
            }
            result.complete(locked);
        });
        return result.orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Test
    void aMutexIsUnlockedByItsOwnerOnly() {
        assertThatThrownBy(() -> posix.unlockMutex(mutex))
                .isInstanceOf(PosixException.class)
                .hasMessageStartingWith("pthread_mutex_unlock(address=0x")
                .hasMessageEndingWith("failed: EPERM (Operation not permitted)");
    }

    @Test
    void aMutexNeedsItsRoom() {
        assertThatThrownBy(() -> posix.initializeMutex(mutex.asSlice(0, posix.mutexSize() - 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bytes=%d, expected at least %d bytes", posix.mutexSize() - 1, posix.mutexSize());
        assertThatThrownBy(() -> posix.lockMutex(mutex.asSlice(4), Waits.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("at a multiple of 8");
    }

    @Test
    void aMutexOfAThreadThatEndedIsRecovered() throws InterruptedException {
        Thread owner = Thread.ofPlatform().start(() -> posix.lockMutex(mutex, Waits.LONG));
        owner.join();

        assertThat(posix.lockMutex(mutex, Waits.LONG)).isEqualTo(MutexResult.OWNER_DIED);
        posix.unlockMutex(mutex);
        assertThat(posix.lockMutex(mutex, Waits.LONG)).isEqualTo(MutexResult.ACQUIRED);
        posix.unlockMutex(mutex);
    }

    @Test
    void aSealedMemoryFileCanBeReadAndNotChanged() throws IOException {
        try (Fd memory = posix.memoryFile("test")) {
            Path path = Path.of("/proc/self/fd/" + memory.number());
            Files.writeString(path, "belongings");
            assertThat(posix.isSealed(memory)).isFalse();

            posix.seal(memory);

            assertThat(posix.isSealed(memory)).isTrue();
            assertThat(Files.readString(path)).isEqualTo("belongings");
            assertThatThrownBy(() -> Files.writeString(path, "others")).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> posix.truncate(memory, 1)).hasMessageContaining("EPERM");
        }
    }

    @Test
    void whatIsNoMemoryFileIsNotSealed() {
        try (FdPair pipe = posix.pipe(0)) {
            assertThat(posix.isSealed(pipe.first())).isFalse();
        }
    }

    @Test
    void aMutexOfAProcessThatWasKilledIsRecovered() throws IOException, InterruptedException {
        Process holder = TestProgram.start(MutexHolder.class, name);
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("ACQUIRED");
            assertThat(posix.lockMutex(mutex, Duration.ofMillis(20))).isEqualTo(MutexResult.TIMED_OUT);

            posix.kill(holder.pid(), ProcessCalls.SIGKILL);
            holder.waitFor();

            assertThat(posix.lockMutex(mutex, Waits.LONG)).isEqualTo(MutexResult.OWNER_DIED);
            posix.unlockMutex(mutex);
            assertThat(lockInAnotherThread(Waits.LONG)).isEqualTo(MutexResult.ACQUIRED);
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void aMutexIsHandedFromProcessToProcess() throws IOException, InterruptedException {
        Process holder = TestProgram.start(MutexHolder.class, name);
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("ACQUIRED");
            CompletableFuture<MutexResult> waiting =
                    CompletableFuture.supplyAsync(() -> lockInAnotherThread(Waits.LONG));

            holder.outputWriter().close();

            assertThat(waiting.orTimeout(30, TimeUnit.SECONDS).join()).isEqualTo(MutexResult.ACQUIRED);
            assertThat(holder.waitFor()).isZero();
        } finally {
            holder.destroyForcibly();
        }
    }
}
