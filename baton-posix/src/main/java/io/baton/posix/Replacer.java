package io.baton.posix;

import static io.baton.posix.PosixException.check;

import io.baton.posix.PassedFds.Placement;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * execve(2) of this process.
 *
 * <p>The numbers 3, 4, … that the new program finds its fds at are, in a JVM, those of its own jars. They are taken from it right
 * before the call, given back when the call fails, and for those microseconds nothing here may load a class; so everything that can
 * be known to go wrong is checked first.
 */
final class Replacer {
    private static final int O_CLOEXEC = 0x80000;
    private static final int FD_CLOEXEC = 1;
    private static final int CLOSE_RANGE_CLOEXEC = 4;
    private static final int LAST_FD = Integer.MAX_VALUE;
    private static final int FREE = -1;

    private final LinuxFiles files;

    Replacer(LinuxFiles files) {
        this.files = files;
    }

    /** Bound at the first call, not when the class is loaded. */
    private static final class Native {
        private static final NativeCall EXECVE = NativeCall.words("execve", 3);
        private static final NativeCall DUP3 = NativeCall.words("dup3", 3);
        private static final NativeCall CLOSE = NativeCall.interruptible("close", 1);
        // glibc 2.34; the flag: Linux 5.11
        private static final NativeCall CLOSE_RANGE = NativeCall.words("close_range", 3);
    }

    /** What a target number was before: a duplicate of it, or {@link #FREE}. */
    private record Occupant(int target, int saved, boolean closeOnExec) {}

    PosixException execute(SpawnRequest request) {
        String call = "execve(path=%s)".formatted(request.path());
        requireExecutable(call, Path.of(request.path()));
        try (Arena arena = Arena.ofConfined();
                PassedFds fds = PassedFds.duplicate(request, files)) {
            ProgramArguments program = ProgramArguments.of(request, arena);
            int end = PassedFds.end(request);
            List<Occupant> occupants = fds.placements().stream()
                    .map(placement -> occupant(placement.target(), end))
                    .toList();
            Set<Integer> mask = SignalMask.ofThread();
            try {
                // The JDK does not open everything close-on-exec.
                check(
                        Native.CLOSE_RANGE.call(end, LAST_FD, CLOSE_RANGE_CLOEXEC),
                        "close_range(first=%d, CLOSE_RANGE_CLOEXEC)",
                        end);
                SignalMask.setOfThread(Set.of());
                int errno = (int) -placeAndExecute(fds.placements(), program);
                restore(occupants);
                SignalMask.setOfThread(mask);
                return new PosixException(call, errno);
            } finally {
                occupants.forEach(occupant -> LinuxPosix.closeQuietly(occupant.saved()));
            }
        }
    }

    /** As {@link ProcessCalls#executeInPlace}. */
    PosixException executeInPlace(SpawnRequest request) {
        String call = "execve(path=%s)".formatted(request.path());
        if (request.standardStreams().isPresent()) {
            throw new IllegalArgumentException(
                    call + " in place shares the standard streams, expected none in the request");
        }
        requireExecutable(call, Path.of(request.path()));
        try (Arena arena = Arena.ofConfined()) {
            ProgramArguments program = ProgramArguments.of(request, arena);
            check(
                    Native.CLOSE_RANGE.call(PassedFds.FIRST_TARGET, LAST_FD, CLOSE_RANGE_CLOEXEC),
                    "close_range(first=%d, CLOSE_RANGE_CLOEXEC)",
                    PassedFds.FIRST_TARGET);
            try {
                request.inherited().forEach(fd -> files.setCloseOnExec(fd, false));
                long result = Native.EXECVE.call(
                        program.path().address(),
                        program.argv().address(),
                        program.environment().address());
                throw new PosixException(call, (int) -result);
            } finally {
                request.inherited().forEach(fd -> files.setCloseOnExec(fd, true));
            }
        }
    }

    private static void requireExecutable(String call, Path path) {
        if (!Files.exists(path)) {
            throw new PosixException(call, Errno.ENOENT.number());
        }
        if (!Files.isRegularFile(path) || !Files.isExecutable(path)) {
            throw new PosixException(call, Errno.EACCES.number());
        }
    }

    private static Occupant occupant(int target, int lowest) {
        int flags = LinuxFiles.descriptorFlags(target);
        if (flags < 0) {
            return new Occupant(target, FREE, false);
        }
        return new Occupant(target, LinuxFiles.duplicate(target, lowest), (flags & FD_CLOEXEC) != 0);
    }

    /** No lambda, no string, nothing that would make the JVM look for a class while its fds are away. */
    private static long placeAndExecute(List<Placement> placements, ProgramArguments program) {
        // Links what is used below: this one fails, and is meant to.
        Native.DUP3.call(-1, -1, 0);
        long path = program.path().address();
        long argv = program.argv().address();
        long environment = program.environment().address();
        for (int i = 0; i < placements.size(); i++) {
            Placement placement = placements.get(i);
            long result = Native.DUP3.call(placement.source().number(), placement.target(), 0);
            if (result < 0) {
                return result;
            }
        }
        return Native.EXECVE.call(path, argv, environment);
    }

    private static void restore(List<Occupant> occupants) {
        for (int i = 0; i < occupants.size(); i++) {
            Occupant occupant = occupants.get(i);
            if (occupant.saved() == FREE) {
                Native.CLOSE.call(occupant.target());
            } else {
                Native.DUP3.call(occupant.saved(), occupant.target(), occupant.closeOnExec() ? O_CLOEXEC : 0);
            }
        }
    }
}
