package io.baton.posix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A program that locks the mutex at the start of a shared memory, says so, and holds it until its standard input ends. */
final class MutexHolder {
    private MutexHolder() {}

    public static void main(String[] arguments) throws IOException {
        Posix posix = Posix.linux();
        try (Arena arena = Arena.ofConfined();
                Fd memory = posix.openSharedMemory(arguments[0], false, 0)) {
            MemorySegment mutex = posix.map(memory, posix.size(memory), arena);
            System.out.println(posix.lockMutex(mutex, Waits.LONG));
            System.in.read();
            posix.unlockMutex(mutex);
        }
    }
}
