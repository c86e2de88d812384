package io.baton;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;

/** Whatever an image finds as belongings: understood or refused. {@code JAZZER_FUZZ=1} searches, else the known inputs are replayed. */
class BelongingsFuzzTest {

    @FuzzTest(maxDuration = "30s")
    void belongingsAreUnderstoodOrRefused(byte[] bytes) throws Exception {
        try {
            Belongings read = BelongingsCodec.read(bytes);
            byte[] again = BelongingsCodecTest.written(read);
            if (!Arrays.equals(BelongingsCodecTest.written(BelongingsCodec.read(again)), again)) {
                throw new AssertionError(read + " is not understood the same again");
            }
        } catch (HotRestartException e) {
            if (e.getMessage() == null || !e.getMessage().startsWith("malformed belongings: ")) {
                throw new AssertionError("a refusal says what it refuses", e);
            }
        }
    }
}
