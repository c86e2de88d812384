package io.baton.posix;

/** Flags of {@code open(2)} whose numbers are the same on x86-64 and aarch64. */
public enum OpenFlag {
    READ_ONLY(0),
    WRITE_ONLY(1),
    READ_WRITE(2),
    CREATE(0x40),
    EXCLUSIVE(0x80),
    TRUNCATE(0x200),
    APPEND(0x400),
    NON_BLOCKING(0x800);

    final int code;

    OpenFlag(int code) {
        this.code = code;
    }
}
