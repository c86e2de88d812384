package io.baton;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory that all processes of a lineage share, laid out as Envoy's; {@code /envoy_shared_memory_{base id * 10}}, mode 0600.
 *
 * <pre>
 *   x86-64                      aarch64
 *   0   +--------------------+  0
 *       | u64 size           |      of the whole: 104 or 120
 *   8   +--------------------+  8
 *       | u64 version        |      11; written last when created, read first when opened
 *   16  +--------------------+  16
 *       | log lock           |      pthread_mutex_t, process-shared, robust: 40 or 48 bytes
 *   56  +--------------------+  64
 *       | access log lock    |      the same
 *   96  +--------------------+  112
 *       | u64 flags, atomic  |      bit 0: INITIALIZING
 *   104 +--------------------+  120
 * </pre>
 *
 * Thread-safe. Unmapped when no longer reachable, so that a log lock may outlive the hot restart.
 */
final class SharedMemory {
    static final long VERSION = 11;

    private static final Logger LOG = LoggerFactory.getLogger(SharedMemory.class);

    private static final long SIZE_OFFSET = 0;
    private static final long VERSION_OFFSET = 8;
    private static final long LOG_LOCK_OFFSET = 16;

    private static final long INITIALIZING = 1;
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private final Posix posix;
    private final String name;
    private final MemorySegment memory;
    private final Optional<Object> inode;

    private SharedMemory(Posix posix, String name, MemorySegment memory, Optional<Object> inode) {
        this.posix = posix;
        this.name = name;
        this.memory = memory;
        this.inode = inode;
    }

    /** Replaces what an earlier lineage left under the name. */
    static SharedMemory create(Posix posix, BaseId baseId) throws HotRestartException {
        String name = name(baseId);
        try {
            unlinkQuietly(posix, name);
            try (Fd file = posix.openSharedMemory(name, true, 0600)) {
                posix.truncate(file, sizeBytes(posix));
                SharedMemory created = map(posix, name, file);
                created.initialize();
                return created;
            }
        } catch (PosixException e) {
            throw cannotOpen(name, e);
        }
    }

    /**
     * Opens what the parent uses.
     *
     * @return empty when there is none
     * @throws HotRestartException when the parent's layout is another
     */
    static Optional<SharedMemory> open(Posix posix, BaseId baseId) throws HotRestartException {
        String name = name(baseId);
        try (Fd file = posix.openSharedMemory(name, false, 0600)) {
            long size = posix.size(file);
            if (size == 0) {
                throw stillInitializing(); // its creator is between open and truncate
            }
            requireSame("size", size, sizeBytes(posix)); // a page beyond the file would be SIGBUS
            SharedMemory opened = map(posix, name, file);
            opened.check();
            return Optional.of(opened);
        } catch (PosixException e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw cannotOpen(name, e);
        }
    }

    /** What this process's image before used, with its flags; a new one when that is gone, or of another layout. */
    static SharedMemory continued(Posix posix, BaseId baseId) throws HotRestartException {
        try {
            Optional<SharedMemory> before = open(posix, baseId);
            if (before.isPresent()) {
                return before.get();
            }
        } catch (HotRestartException e) {
            LOG.info("the shared memory is made anew: {}", e.getMessage());
        }
        return create(posix, baseId);
    }

    static long sizeBytes(Posix posix) {
        return flagsOffset(posix) + Long.BYTES;
    }

    static String name(BaseId baseId) {
        return "/envoy_shared_memory_" + baseId.scaled();
    }

    /** Marks the lineage as having a process that is not ready. */
    void setInitializing() throws HotRestartException {
        long before = (long) LONG.getAndBitwiseOr(memory, flagsOffset(posix), INITIALIZING);
        if ((before & INITIALIZING) != 0) {
            throw stillInitializing();
        }
    }

    void clearInitializing() {
        LONG.getAndBitwiseAnd(memory, flagsOffset(posix), ~INITIALIZING);
    }

    boolean initializing() {
        return ((long) LONG.getAcquire(memory, flagsOffset(posix)) & INITIALIZING) != 0;
    }

    MemorySegment logLock() {
        return memory.asSlice(LOG_LOCK_OFFSET, posix.mutexSize());
    }

    MemorySegment accessLogLock() {
        return memory.asSlice(LOG_LOCK_OFFSET + posix.mutexSize(), posix.mutexSize());
    }

    /** Removes the name, unless another lineage has replaced what it stands for. */
    void unlink() {
        if (inode.isPresent() && inode.equals(inode(Path.of("/dev/shm" + name)))) {
            try {
                unlinkQuietly(posix, name);
            } catch (PosixException e) {
                LOG.warn("the shared memory of the lineage stays behind: {}", e.getMessage());
            }
        }
    }

    private void initialize() {
        posix.initializeMutex(logLock());
        posix.initializeMutex(accessLogLock());
        memory.set(ValueLayout.JAVA_LONG, flagsOffset(posix), 0);
        memory.set(ValueLayout.JAVA_LONG, SIZE_OFFSET, sizeBytes(posix));
        LONG.setRelease(memory, VERSION_OFFSET, VERSION);
    }

    private void check() throws HotRestartException {
        long version = (long) LONG.getAcquire(memory, VERSION_OFFSET);
        if (version == 0) {
            throw stillInitializing();
        }
        requireSame("version", version, VERSION);
        requireSame("size", memory.get(ValueLayout.JAVA_LONG, SIZE_OFFSET), sizeBytes(posix));
    }

    private static void requireSame(String what, long actual, long expected) throws HotRestartException {
        if (actual != expected) {
            throw new HotRestartException(
                    ("Hot restart SharedMemory %s mismatch (%d, expected %d)! You must have hot restarted into a "
                                    + "not-hot-restart-compatible new version")
                            .formatted(what, actual, expected));
        }
    }

    private static HotRestartException stillInitializing() {
        return new HotRestartException("previous envoy process is still initializing");
    }

    private static HotRestartException cannotOpen(String name, PosixException e) {
        return new HotRestartException(
                "cannot open shared memory region %s check user permissions. Error: %s".formatted(name, e.getMessage()),
                e);
    }

    private static SharedMemory map(Posix posix, String name, Fd file) {
        MemorySegment memory = posix.map(file, sizeBytes(posix), Arena.ofAuto());
        return new SharedMemory(posix, name, memory, inode(Path.of("/proc/self/fd/" + file.number())));
    }

    private static long flagsOffset(Posix posix) {
        return LOG_LOCK_OFFSET + 2L * posix.mutexSize();
    }

    private static Optional<Object> inode(Path path) {
        try {
            return Optional.of(Files.getAttribute(path, "unix:ino"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static void unlinkQuietly(Posix posix, String name) {
        try {
            posix.unlinkSharedMemory(name);
        } catch (PosixException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }
}
