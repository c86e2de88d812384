package io.baton.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Strings as C wants them: UTF-8, ended by a NUL. */
final class CStrings {
    private CStrings() {}

    /** @throws IllegalArgumentException when there is a NUL in it: C would see a shorter string */
    static MemorySegment of(Arena arena, String what, String value) {
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "%s has a NUL in it, expected none: %s".formatted(what, value.replace('\0', '?')));
        }
        return arena.allocateFrom(value);
    }

    /** A NULL-terminated {@code char *[]}. */
    static MemorySegment array(Arena arena, String what, List<String> values) {
        MemorySegment array = arena.allocate(ValueLayout.ADDRESS, values.size() + 1L);
        for (int i = 0; i < values.size(); i++) {
            array.setAtIndex(ValueLayout.ADDRESS, i, of(arena, what, values.get(i)));
        }
        array.setAtIndex(ValueLayout.ADDRESS, values.size(), MemorySegment.NULL);
        return array;
    }
}
