package io.baton.posix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LinuxMessagesTest {
    private final Posix posix = Posix.linux();

    @ParameterizedTest
    @EnumSource(SocketType.class)
    void passesFdsThatReferToTheSameFile(SocketType type) {
        try (FdPair sockets = posix.socketPair(type);
                Fd event = posix.eventFd()) {
            assertThat(posix.sendMessage(sockets.first(), "hello".getBytes(UTF_8), List.of(event)))
                    .isEqualTo(5);

            ReceivedMessage message =
                    posix.receiveMessage(sockets.second(), 100, 1).orElseThrow();

            assertThat(message.payload()).asString(UTF_8).isEqualTo("hello");
            assertThat(message.sender()).isEmpty();
            try (Fd received = message.fds().getFirst()) {
                assertThat(received.number()).isNotEqualTo(event.number());
                assertThat(LinuxFiles.descriptorFlags(received.number()))
                        .as("close-on-exec")
                        .isEqualTo(1);
                posix.signalEvent(received);
                assertThat(posix.awaitReadable(List.of(event), Waits.NONE).get(0))
                        .isTrue();
            }
        }
    }

    @Test
    void passes253FdsInOrder() {
        try (FdPair sockets = posix.socketPair(SocketType.SEQPACKET);
                Fd first = posix.eventFd();
                Fd second = posix.eventFd()) {
            List<Fd> sent = new ArrayList<>(Collections.nCopies(SocketCalls.MAX_FDS_PER_MESSAGE, first));
            sent.set(252, second);

            posix.sendMessage(sockets.first(), new byte[1], sent);
            List<Fd> received = posix.receiveMessage(sockets.second(), 1, SocketCalls.MAX_FDS_PER_MESSAGE)
                    .orElseThrow()
                    .fds();

            assertThat(received).hasSize(253);
            posix.signalEvent(second);
            assertThat(posix.awaitReadable(List.of(received.get(251), received.get(252)), Waits.NONE).stream()
                            .boxed())
                    .containsExactly(1);
            received.forEach(Fd::close);
        }
    }

    @Test
    void refuses254Fds() {
        try (FdPair sockets = posix.socketPair(SocketType.DATAGRAM)) {
            List<Fd> tooMany = Collections.nCopies(254, sockets.first());

            assertThatThrownBy(() -> posix.sendMessage(sockets.first(), new byte[1], tooMany))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("message has 254 fds, expected at most 253");
        }
    }

    @Test
    void refusesFdsWithoutAByteToCarryThem() {
        try (FdPair sockets = posix.socketPair(SocketType.STREAM)) {
            List<Fd> fds = List.of(sockets.first());

            assertThatThrownBy(() -> posix.sendMessage(sockets.first(), new byte[0], fds))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("message has no bytes, expected at least one to carry its 1 fds");
        }
    }

    @ParameterizedTest
    @EnumSource(SocketType.class)
    void moreFdsThanAllowedAreAnErrorAndLeakNothing(SocketType type) {
        try (FdPair sockets = posix.socketPair(type);
                Fd event = posix.eventFd()) {
            long before = OpenFds.count();
            // One more than asked for fits into the padding of the control buffer, five into the room for credentials:
            // all must go.
            for (int allowed : new int[] {0, 1, 2, 7}) {
                for (int surplus : new int[] {1, 2, 5, 100}) {
                    posix.sendMessage(sockets.first(), new byte[1], Collections.nCopies(allowed + surplus, event));

                    assertThatThrownBy(() -> posix.receiveMessage(sockets.second(), 1, allowed))
                            .isInstanceOf(PosixException.class)
                            .hasMessage(
                                    "recvmsg(fd=%d, maxBytes=1, maxFds=%d) failed: EMSGSIZE (Message too long)",
                                    sockets.second().number(), allowed);
                }
            }
            assertThat(OpenFds.count()).isEqualTo(before);
        }
    }

    @Test
    void aPayloadThatDoesNotFitIsAnErrorAndLeaksNothing() {
        try (FdPair sockets = posix.socketPair(SocketType.DATAGRAM);
                Fd event = posix.eventFd()) {
            long before = OpenFds.count();
            posix.sendMessage(sockets.first(), new byte[11], List.of(event, event));

            assertThatThrownBy(() -> posix.receiveMessage(sockets.second(), 10, 2))
                    .isInstanceOfSatisfying(
                            PosixException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EMSGSIZE));
            assertThat(OpenFds.count()).isEqualTo(before);
        }
    }

    @Test
    void theKernelTellsWhoSent() {
        try (FdPair sockets = posix.socketPair(SocketType.DATAGRAM);
                Fd event = posix.eventFd()) {
            posix.setSocketOption(sockets.second(), SocketOption.SO_PASSCRED, 1);
            posix.sendMessage(
                    sockets.first(), new byte[1], Collections.nCopies(SocketCalls.MAX_FDS_PER_MESSAGE, event));

            ReceivedMessage message = posix.receiveMessage(sockets.second(), 1, SocketCalls.MAX_FDS_PER_MESSAGE)
                    .orElseThrow();

            assertThat(message.fds()).hasSize(SocketCalls.MAX_FDS_PER_MESSAGE);
            message.fds().forEach(Fd::close);
            assertThat(message.sender()).hasValueSatisfying(sender -> {
                assertThat(sender.pid()).isEqualTo(ProcessHandle.current().pid());
                assertThat(sender.uid()).isEqualTo(posix.effectiveUserId());
            });
        }
    }

    @Test
    void nothingToReceiveIsEmptyAndEndOfStreamIsNoBytes() {
        try (FdPair sockets = posix.socketPair(SocketType.STREAM)) {
            posix.setNonBlocking(sockets.second(), true);
            assertThat(posix.receiveMessage(sockets.second(), 10, 0)).isEmpty();

            posix.shutdown(sockets.first(), ShutdownHow.WRITE);
            assertThat(posix.receiveMessage(sockets.second(), 10, 0)
                            .orElseThrow()
                            .payload())
                    .isEmpty();
        }
    }

    @Test
    void sendsToAnAddressAndSaysWhenNobodyIsThere() {
        SocketAddress name = new SocketAddress.UnixAbstract(
                "baton-test-" + ThreadLocalRandom.current().nextLong(), true);
        try (Fd sender = posix.socket(SocketFamily.UNIX, SocketType.DATAGRAM, true)) {
            try (Fd receiver = posix.socket(SocketFamily.UNIX, SocketType.DATAGRAM, true)) {
                posix.bind(receiver, name);
                posix.sendMessageTo(sender, "to you".getBytes(UTF_8), List.of(), name);
                assertThat(posix.receiveMessage(receiver, 10, 0).orElseThrow().payload())
                        .asString(UTF_8)
                        .isEqualTo("to you");
            }
            assertThatThrownBy(() -> posix.sendMessageTo(sender, new byte[3], List.of(), name))
                    .isInstanceOf(PosixException.class)
                    .hasMessage(
                            "sendmsg(fd=%d, bytes=3, fds=0, address=%s) failed: ECONNREFUSED (Connection refused)",
                            sender.number(), name);
        }
    }
}
