package io.baton.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ControlMessagesTest {

    @Property
    void fdsAndCredentialsAreReadAsTheyWereWritten(
            @ForAll @Size(min = 1, max = SocketCalls.MAX_FDS_PER_MESSAGE) List<@IntRange(max = 1_000_000) Integer> fds,
            @ForAll @IntRange(min = 1) int pid,
            @ForAll int uid,
            @ForAll int gid,
            @ForAll boolean credentialsFirst) {
        int credentialsSpace = ControlMessages.credentialsSpace();
        int rightsSpace = ControlMessages.rightsSpace(fds.size());
        MemorySegment control = Arena.ofAuto().allocate(credentialsSpace + rightsSpace, 8);
        PeerCredentials sender = new PeerCredentials(pid, uid, gid);

        ControlMessages.writeCredentials(control.asSlice(credentialsFirst ? 0 : rightsSpace), sender);
        ControlMessages.writeRights(
                control.asSlice(credentialsFirst ? credentialsSpace : 0),
                fds.stream().mapToInt(Integer::intValue).toArray());

        assertThat(ControlMessages.read(control)).isEqualTo(new ControlMessages(fds, Optional.of(sender)));
    }

    @Property
    void noBytesMakeTheReaderThrowOrRunOn(
            @ForAll @Size(max = 300) byte[] bytes, @ForAll @IntRange(max = 64) int length) {
        MemorySegment control = Arena.ofAuto().allocate(bytes.length, 8);
        MemorySegment.copy(bytes, 0, control, ValueLayout.JAVA_BYTE, 0, bytes.length);
        if (bytes.length >= 16) {
            control.set(ValueLayout.JAVA_LONG, 0, length);
            control.set(ValueLayout.JAVA_INT, 8, 1);
            control.set(ValueLayout.JAVA_INT, 12, 1);
        }

        assertThat(ControlMessages.read(control).fds()).hasSizeLessThanOrEqualTo(bytes.length / Integer.BYTES);
    }

    @Example
    void rightsAreLaidOutAsInTheHeader() {
        MemorySegment control = Arena.ofAuto().allocate(ControlMessages.rightsSpace(1), 8);

        ControlMessages.writeRights(control, 7);

        assertThat(control.toArray(ValueLayout.JAVA_BYTE))
                .containsExactly(20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0);
    }

    @Example
    void spacesAreThoseOfTheCmsgMacros() {
        assertThat(ControlMessages.rightsSpace(0)).isZero();
        assertThat(ControlMessages.rightsSpace(1)).isEqualTo(24);
        assertThat(ControlMessages.rightsSpace(2)).isEqualTo(24);
        assertThat(ControlMessages.rightsSpace(253)).isEqualTo(16 + 1016);
        assertThat(ControlMessages.credentialsSpace()).isEqualTo(32);
    }
}
