package io.baton.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TlsSnapshotCodecTest {

    @Property(tries = 200)
    void whatIsWrittenIsRead(
            @ForAll CipherSuite suite,
            @ForAll long read,
            @ForAll long written,
            @ForAll @IntRange(max = 31) int flags,
            @ForAll @Size(max = 4) byte[] head,
            @ForAll @IntRange(max = PostHandshake.MAX_TICKET) int skip,
            @ForAll @Size(max = 200) byte[] undecrypted,
            @ForAll @Size(max = 3000) byte[] unsent)
            throws Exception {
        TlsSession session = new TlsSession(
                suite.version(),
                suite.name(),
                (flags & 1) == 0 ? Optional.empty() : Optional.of("http/1.1"),
                (flags & 2) == 0 ? Optional.empty() : Optional.of("a.example.com"),
                (flags & 4) == 0 ? List.of() : List.of(unsent, head),
                (flags & 16) != 0);
        TlsSnapshot before = new TlsSnapshot(
                (flags & 1) != 0,
                suite,
                Pair.protection(suite, 1).secret(),
                read,
                Pair.protection(suite, 2).secret(),
                written,
                (flags & 2) != 0,
                (flags & 4) != 0,
                (flags & 8) != 0,
                head,
                skip,
                undecrypted,
                unsent,
                session);

        byte[] bytes = TlsSnapshotCodec.encode(before);
        TlsSnapshot after = TlsSnapshotCodec.decode(bytes);

        assertThat(after).usingRecursiveComparison().isEqualTo(before);
        assertThat(TlsSnapshotCodec.encode(after)).isEqualTo(bytes);
        for (int cut = 0; cut < bytes.length; cut += 1 + bytes.length / 50) {
            byte[] shorter = Arrays.copyOf(bytes, cut);
            assertThatExceptionOfType(TlsSnapshotException.class).isThrownBy(() -> TlsSnapshotCodec.decode(shorter));
        }
    }

    @Test
    void aVersionThatIsNotKnownIsRefused() {
        assertThatExceptionOfType(TlsSnapshotException.class)
                .isThrownBy(() -> TlsSnapshotCodec.decode(new byte[] {2, 0}))
                .withMessage("TLS state of version 2, expected 1");
    }
}
