package io.baton.posix;

import static io.baton.posix.PosixException.check;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.baton.posix.PassedFds.Placement;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * posix_spawn(3). Not fork: a forked JVM is one thread in a copy of a heap whose locks nobody will release. Not ProcessBuilder: it
 * closes every fd in the child.
 *
 * <p>The child begins as from a fresh login: no signal blocked (a Java thread blocks SIGQUIT, and children inherit that), every signal
 * at its default (an ignored one would stay ignored, and a JVM then refuses a handler for it).
 */
final class Spawner {
    private static final int POSIX_SPAWN_SETSIGDEF = 0x04;
    private static final int POSIX_SPAWN_SETSIGMASK = 0x08;

    /** posix_spawn_file_actions_t is 80 bytes and posix_spawnattr_t 336 in glibc, on both architectures. */
    private static final int ACTIONS_BYTES = 128;

    private static final int ATTRIBUTES_BYTES = 512;
    private static final int ALIGNMENT = 16;

    private final FileCalls files;

    Spawner(FileCalls files) {
        this.files = files;
    }

    /** Bound at the first call, not when the class is loaded. */
    private static final class Native {
        private static final NativeCall SPAWN = NativeCall.errorNumber("posix_spawn", 6);
        private static final NativeCall ACTIONS_INIT = NativeCall.errorNumber("posix_spawn_file_actions_init", 1);
        private static final NativeCall ADD_DUP2 = NativeCall.errorNumber("posix_spawn_file_actions_adddup2", 3);
        // glibc 2.34
        private static final NativeCall ADD_CLOSE_FROM =
                NativeCall.errorNumber("posix_spawn_file_actions_addclosefrom_np", 2);
        private static final NativeCall ACTIONS_DESTROY = NativeCall.errorNumber("posix_spawn_file_actions_destroy", 1);
        private static final NativeCall ATTRIBUTES_INIT = NativeCall.errorNumber("posix_spawnattr_init", 1);
        private static final NativeCall SET_FLAGS = NativeCall.errorNumber("posix_spawnattr_setflags", 2);
        private static final NativeCall SET_MASK = NativeCall.errorNumber("posix_spawnattr_setsigmask", 2);
        private static final NativeCall SET_DEFAULT = NativeCall.errorNumber("posix_spawnattr_setsigdefault", 2);
        private static final NativeCall ATTRIBUTES_DESTROY = NativeCall.errorNumber("posix_spawnattr_destroy", 1);
    }

    long spawn(SpawnRequest request) {
        try (Arena arena = Arena.ofConfined();
                PassedFds fds = PassedFds.duplicate(request, files)) {
            ProgramArguments program = ProgramArguments.of(request, arena);
            MemorySegment pid = arena.allocate(JAVA_INT);
            long actions = arena.allocate(ACTIONS_BYTES, ALIGNMENT).address();
            long attributes = arena.allocate(ATTRIBUTES_BYTES, ALIGNMENT).address();
            check(Native.ACTIONS_INIT.call(actions), "posix_spawn_file_actions_init()");
            try {
                check(Native.ATTRIBUTES_INIT.call(attributes), "posix_spawnattr_init()");
                try {
                    addActions(actions, fds, PassedFds.end(request));
                    setSignals(attributes, arena);
                    long result = Native.SPAWN.call(
                            pid.address(),
                            program.path().address(),
                            actions,
                            attributes,
                            program.argv().address(),
                            program.environment().address());
                    check(result, "posix_spawn(path=%s)", request.path());
                    return pid.get(JAVA_INT, 0);
                } finally {
                    Native.ATTRIBUTES_DESTROY.call(attributes);
                }
            } finally {
                Native.ACTIONS_DESTROY.call(actions);
            }
        }
    }

    /** Every source is above every target, so the order does not matter; what is not placed is closed. */
    private static void addActions(long actions, PassedFds fds, int end) {
        for (Placement placement : fds.placements()) {
            int source = placement.source().number();
            int target = placement.target();
            check(
                    Native.ADD_DUP2.call(actions, source, target),
                    "posix_spawn_file_actions_adddup2(%d, %d)",
                    source,
                    target);
        }
        check(Native.ADD_CLOSE_FROM.call(actions, end), "posix_spawn_file_actions_addclosefrom_np(%d)", end);
    }

    private static void setSignals(long attributes, Arena arena) {
        check(
                Native.SET_FLAGS.call(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK),
                "posix_spawnattr_setflags()");
        MemorySegment none = arena.allocate(SignalMask.BYTES, ALIGNMENT);
        check(Native.SET_MASK.call(attributes, none.address()), "posix_spawnattr_setsigmask()");
        MemorySegment all = arena.allocate(SignalMask.BYTES, ALIGNMENT);
        all.fill((byte) 0xff);
        check(Native.SET_DEFAULT.call(attributes, all.address()), "posix_spawnattr_setsigdefault()");
    }
}
