package io.baton.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The sizes and offsets that a C compiler gives for glibc's headers, on either processor. */
class ArchitectureTest {

    @Test
    void x86PacksTheEpollEvent() {
        assertThat(Architecture.of("amd64")).isEqualTo(new Architecture("amd64", 12, 4, 40, 4));
    }

    @Test
    void aarch64PadsTheEpollEventAndHasALargerMutex() {
        assertThat(Architecture.of("aarch64")).isEqualTo(new Architecture("aarch64", 16, 8, 48, 8));
    }

    @Test
    void anotherProcessorIsRefused() {
        assertThatThrownBy(() -> Architecture.of("riscv64"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("os.arch is riscv64, Baton knows amd64 and aarch64");
    }

    static Stream<Architecture> architectures() {
        return Stream.of(Architecture.X86_64, Architecture.AARCH64);
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void anEpollEventHasItsDataBehindItsEvents(Architecture architecture) {
        MemorySegment event = Arena.ofAuto().allocate(CallScratch.ARGUMENT_BYTES, 8);

        EpollEvents.write(event, architecture, 5, 0x0102030405060708L);

        assertThat(event.get(ValueLayout.JAVA_INT, 0)).isEqualTo(5);
        assertThat(event.get(ValueLayout.JAVA_LONG_UNALIGNED, architecture.epollDataOffset()))
                .isEqualTo(0x0102030405060708L);
        assertThat(architecture.epollDataOffset() + Long.BYTES).isEqualTo(architecture.epollEventSize());
        assertThat(architecture.epollEventSize()).isLessThanOrEqualTo(CallScratch.ARGUMENT_BYTES);
    }
}
