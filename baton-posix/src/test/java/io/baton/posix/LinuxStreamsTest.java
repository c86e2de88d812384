package io.baton.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxStreamsTest {
    private static final long SEED = 42;

    private final Posix posix = Posix.linux();
    private final MemorySegment buffer = Arena.ofAuto().allocate(64 * 1024);

    @Test
    void sendsAndReceivesPartsOfABuffer() {
        try (FdPair pair = posix.socketPair(SocketType.STREAM)) {
            buffer.setString(0, "0123456789");

            assertThat(posix.send(pair.first().number(), buffer, 2, 5)).isEqualTo(5);
            MemorySegment target = Arena.ofAuto().allocate(100);
            assertThat(posix.receive(pair.second().number(), target, 100, StreamCalls.MSG_PEEK))
                    .isEqualTo(5);
            assertThat(posix.receive(pair.second().number(), target, 3, 0)).isEqualTo(3);
            assertThat(target.getString(0)).isEqualTo("23456");
            assertThat(posix.read(pair.second().number(), target, 100)).isEqualTo(2);
            assertThat(target.getString(0)).startsWith("56");
        }
    }

    @Test
    void reportsFailuresAsNegativeErrno() {
        try (FdPair pair = posix.socketPair(SocketType.STREAM)) {
            posix.setNonBlocking(pair.first(), true);
            int first = pair.first().number();

            assertThat(posix.receive(first, buffer, 10, 0)).isEqualTo(-Errno.EAGAIN.number());
            assertThat(posix.accept(first)).isEqualTo(-Errno.EINVAL.number());
            assertThat(posix.shutdownWrite(first)).isZero();
            assertThat(posix.send(first, buffer, 0, 10)).isEqualTo(-Errno.EPIPE.number());
            assertThat(posix.receive(pair.second().number(), buffer, 10, 0))
                    .as("end of stream")
                    .isZero();
            assertThat(posix.write(-1, buffer, 0, 1)).isEqualTo(-Errno.EBADF.number());
            assertThat(posix.takeSocketError(-1)).isEqualTo(-Errno.EBADF.number());
            assertThat(posix.splice(first, first, 10)).isEqualTo(-Errno.EINVAL.number());
            assertThat(posix.close(-1)).isEqualTo(-Errno.EBADF.number());
        }
    }

    @Test
    void neverReadsOrWritesOutsideTheBuffer() {
        assertThatThrownBy(() -> posix.receive(0, buffer, 64 * 1024 + 1, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> posix.send(0, buffer, 64 * 1024, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> posix.send(0, buffer, -1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> posix.read(0, MemorySegment.ofArray(new byte[10]), 10))
                .isInstanceOf(IllegalArgumentException.class);
        MemorySegment gone;
        try (Arena arena = Arena.ofShared()) {
            gone = arena.allocate(10);
        }
        assertThatThrownBy(() -> posix.read(0, gone, 10)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void spliceMovesEveryByteUnchanged(@TempDir Path directory) throws IOException {
        byte[] bytes = new byte[3 * 1024 * 1024 + 17];
        new Random(SEED).nextBytes(bytes);
        Path file = directory.resolve("bytes");
        Files.write(file, bytes);
        MessageDigest received = sha256();
        try (Fd source = posix.open(file.toString(), Set.of(OpenFlag.READ_ONLY), 0);
                FdPair pipe = posix.pipe(256 * 1024);
                FdPair sockets = posix.socketPair(SocketType.STREAM)) {
            posix.setNonBlocking(sockets.first(), true);
            posix.setNonBlocking(sockets.second(), true);
            long left = bytes.length;
            long inPipe = 0;
            while (left > 0) {
                inPipe +=
                        Math.max(0, posix.splice(source.number(), pipe.second().number(), 1 << 20));
                inPipe -= Math.max(
                        0, posix.splice(pipe.first().number(), sockets.first().number(), inPipe));
                int got = posix.receive(sockets.second().number(), buffer, (int) buffer.byteSize(), 0);
                if (got > 0) {
                    received.update(buffer.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE));
                    left -= got;
                }
            }
            assertThat(inPipe).isZero();
        }
        assertThat(received.digest()).isEqualTo(sha256().digest(bytes));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
