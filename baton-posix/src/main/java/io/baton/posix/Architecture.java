package io.baton.posix;

/**
 * Where the layouts of glibc's structs differ between processors; everything else this package lays out is the same on both (64 bits,
 * little endian, asm-generic numbers). Sizes and offsets in bytes.
 *
 * @param osArch the JVM's {@code os.arch}
 * @param epollEventSize {@code struct epoll_event}, packed on x86-64 only (EPOLL_PACKED in sys/epoll.h)
 * @param epollDataOffset of {@code data} in it
 * @param mutexSize {@code pthread_mutex_t} (__SIZEOF_PTHREAD_MUTEX_T in bits/pthreadtypes-arch.h)
 * @param mutexAttributesSize {@code pthread_mutexattr_t}
 */
record Architecture(String osArch, int epollEventSize, int epollDataOffset, int mutexSize, int mutexAttributesSize) {

    static final Architecture X86_64 = new Architecture("amd64", 12, 4, 40, 4);
    static final Architecture AARCH64 = new Architecture("aarch64", 16, 8, 48, 8);

    /** That of this JVM. */
    static final Architecture CURRENT = of(System.getProperty("os.arch"));

    /** @throws UnsupportedOperationException for a processor whose layouts nobody has checked */
    static Architecture of(String osArch) {
        return switch (osArch) {
            case "amd64" -> X86_64;
            case "aarch64" -> AARCH64;
            default ->
                throw new UnsupportedOperationException(
                        "os.arch is %s, Baton knows amd64 and aarch64".formatted(osArch));
        };
    }
}
