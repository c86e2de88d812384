package io.baton.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/** Memory and locks shared between processes. */
public interface MemoryCalls {

    /**
     * shm_open(3).
     *
     * @param name {@code /name}, no further slash
     * @param create true to create it and fail with EEXIST when it is there (O_CREAT | O_EXCL); false to open an existing one
     */
    Fd openSharedMemory(String name, boolean create, int mode);

    /** shm_unlink(3). */
    void unlinkSharedMemory(String name);

    /** ftruncate(2). */
    void truncate(Fd file, long sizeBytes);

    /** st_size of fstat(2), in bytes. */
    long size(Fd file);

    /**
     * memfd_create(2): a file in memory that lives as long as somebody has it open, and can be {@linkplain #seal sealed}.
     *
     * @param name for people, in /proc
     */
    Fd memoryFile(String name);

    /** fcntl(F_ADD_SEALS): from now on nobody can change the memory file in any way. */
    void seal(Fd memoryFile);

    /** Whether nobody can change it, and it is a memory file at all. */
    boolean isSealed(Fd file);

    /** mmap(2), MAP_SHARED, readable and writable; unmapped when {@code arena} closes. {@code file} may be closed before. */
    MemorySegment map(Fd file, long sizeBytes, Arena arena);

    /** sizeof(pthread_mutex_t): 40 on x86-64, 48 on aarch64. */
    int mutexSize();

    /** Initialises a process-shared robust mutex in shared memory. */
    void initializeMutex(MemorySegment mutex);

    /**
     * Locks on behalf of the calling platform thread (not a virtual one: the kernel knows the owner by its thread id). An owner
     * that died is recovered from (EOWNERDEAD, pthread_mutex_consistent).
     *
     * @return what came of it; on {@link MutexResult#TIMED_OUT} the lock is not held
     */
    MutexResult lockMutex(MemorySegment mutex, Duration timeout);

    /** Unlocks; same thread as locked. */
    void unlockMutex(MemorySegment mutex);
}
