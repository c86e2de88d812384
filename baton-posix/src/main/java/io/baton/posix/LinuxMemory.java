package io.baton.posix;

import static io.baton.posix.PosixException.check;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/** {@link MemoryCalls} on Linux. */
final class LinuxMemory implements MemoryCalls {
    private static final int O_RDWR = 2;
    private static final int O_CREAT = 0x40;
    private static final int O_EXCL = 0x80;
    private static final int PROT_READ_WRITE = 1 | 2;
    private static final int MAP_SHARED = 1;
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_GET_SEALS = 1034;
    /** F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE */
    private static final int ALL_SEALS = 1 | 2 | 4 | 8;

    /** More than {@code struct stat} takes (144 bytes on x86-64, 128 on aarch64); st_size is at 48 on both. */
    private static final int STAT_BYTES = 256;

    private static final int STAT_SIZE_OFFSET = 48;

    private final RobustMutex mutexes = new RobustMutex(Architecture.CURRENT);

    /** Bound at the first call, not when the class is loaded. */
    private static final class Native {
        // These three are plain functions in C; shm_open makes its fd close-on-exec by itself.
        private static final NativeCall SHM_OPEN = NativeCall.words("shm_open", 3);
        private static final NativeCall SHM_UNLINK = NativeCall.words("shm_unlink", 1);
        private static final NativeCall FTRUNCATE = NativeCall.words("ftruncate", 2);
        private static final NativeCall FSTAT = NativeCall.words("fstat", 2);
        private static final NativeCall MMAP = NativeCall.wordsToWord("mmap", 6);
        private static final NativeCall MUNMAP = NativeCall.words("munmap", 2);
        private static final NativeCall MEMFD_CREATE = NativeCall.words("memfd_create", 2);
    }

    @Override
    public Fd openSharedMemory(String name, boolean create, int mode) {
        int flags = O_RDWR | (create ? O_CREAT | O_EXCL : 0);
        try (Arena arena = Arena.ofConfined()) {
            long result = Native.SHM_OPEN.call(
                    CStrings.of(arena, "shared memory name", name).address(), flags, mode);
            return Fd.own((int) check(result, "shm_open(name=%s, create=%b, mode=%o)", name, create, mode));
        }
    }

    @Override
    public void unlinkSharedMemory(String name) {
        try (Arena arena = Arena.ofConfined()) {
            long result = Native.SHM_UNLINK.call(
                    CStrings.of(arena, "shared memory name", name).address());
            check(result, "shm_unlink(name=%s)", name);
        }
    }

    @Override
    public void truncate(Fd file, long sizeBytes) {
        int number = file.number();
        check(Native.FTRUNCATE.call(number, sizeBytes), "ftruncate(fd=%d, sizeBytes=%d)", number, sizeBytes);
    }

    @Override
    public long size(Fd file) {
        int number = file.number();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stat = arena.allocate(STAT_BYTES, Long.BYTES);
            check(Native.FSTAT.call(number, stat.address()), "fstat(fd=%d)", number);
            return stat.get(JAVA_LONG, STAT_SIZE_OFFSET);
        }
    }

    @Override
    public Fd memoryFile(String name) {
        try (Arena arena = Arena.ofConfined()) {
            long result = Native.MEMFD_CREATE.call(
                    CStrings.of(arena, "memory file name", name).address(), MFD_CLOEXEC | MFD_ALLOW_SEALING);
            return Fd.own((int) check(result, "memfd_create(name=%s)", name));
        }
    }

    @Override
    public void seal(Fd memoryFile) {
        int number = memoryFile.number();
        check(LinuxFiles.control(number, F_ADD_SEALS, ALL_SEALS), "fcntl(fd=%d, F_ADD_SEALS)", number);
    }

    @Override
    public boolean isSealed(Fd file) {
        return LinuxFiles.control(file.number(), F_GET_SEALS, 0) == ALL_SEALS;
    }

    @Override
    public MemorySegment map(Fd file, long sizeBytes, Arena arena) {
        long available = size(file);
        if (sizeBytes < 1 || sizeBytes > available) {
            // Touching a page behind the end of the file is SIGBUS.
            throw new IllegalArgumentException(
                    "size to map is %d bytes, expected 1 to %d, the size of the file".formatted(sizeBytes, available));
        }
        int number = file.number();
        long address = Native.MMAP.call(0, sizeBytes, PROT_READ_WRITE, MAP_SHARED, number, 0);
        check(address, "mmap(fd=%d, sizeBytes=%d)", number, sizeBytes);
        return MemorySegment.ofAddress(address)
                .reinterpret(sizeBytes, arena, mapped -> Native.MUNMAP.call(mapped.address(), sizeBytes));
    }

    @Override
    public int mutexSize() {
        return mutexes.size();
    }

    @Override
    public void initializeMutex(MemorySegment mutex) {
        mutexes.initialize(mutex);
    }

    @Override
    public MutexResult lockMutex(MemorySegment mutex, Duration timeout) {
        return mutexes.lock(mutex, timeout);
    }

    @Override
    public void unlockMutex(MemorySegment mutex) {
        mutexes.unlock(mutex);
    }
}
