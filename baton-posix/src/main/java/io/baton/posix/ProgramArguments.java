package io.baton.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** What execve(2) is given, in native memory of an arena. */
record ProgramArguments(MemorySegment path, MemorySegment argv, MemorySegment environment) {

    static ProgramArguments of(SpawnRequest request, Arena arena) {
        List<String> environment = new ArrayList<>();
        request.environment().forEach((name, value) -> {
            if (name.isEmpty() || name.indexOf('=') >= 0) {
                throw new IllegalArgumentException(
                        "environment variable is named \"%s\", expected a name without =".formatted(name));
            }
            environment.add(name + "=" + value);
        });
        return new ProgramArguments(
                CStrings.of(arena, "path", request.path()),
                CStrings.array(arena, "argument", request.arguments()),
                CStrings.array(arena, "environment variable", environment));
    }
}
