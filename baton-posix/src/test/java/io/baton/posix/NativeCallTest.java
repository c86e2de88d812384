package io.baton.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class NativeCallTest {

    @Test
    void aFunctionThatLibcLacksIsNamedByTheCallThatNeedsIt() {
        NativeCall missing = NativeCall.words("function_of_a_later_glibc", 2);

        assertThatThrownBy(() -> missing.call(1, 2))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("this libc has no function_of_a_later_glibc: Baton needs Linux with glibc 2.34 or newer");
    }

    @Test
    void aNegativeIntIsNotTakenForAFailure() {
        // abs(INT_MIN) is INT_MIN; -1 alone means failure.
        assertThat(NativeCall.words("abs", 1).call(Integer.MIN_VALUE)).isEqualTo(Integer.MIN_VALUE);
    }

    @Test
    void errnoIsThatOfTheCallingThread() {
        NativeCall close = NativeCall.interruptible("close", 1);
        NativeCall kill = NativeCall.words("kill", 2);
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 20_000; i++) {
                assertThat(kill.call(1, 1_000)).isEqualTo(-Errno.EINVAL.number());
            }
        });
        for (int i = 0; i < 20_000; i++) {
            assertThat(close.call(-1)).isEqualTo(-Errno.EBADF.number());
        }
        other.join();
    }
}
