package io.baton.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LinuxPollingTest {
    /** SIGIO, which nobody sends here: other threads of this JVM do not have it blocked, and it would end the process. */
    private static final int PENDING = 29;

    private static final long DATA = 0xCAFE_BABE_1234_5678L;

    private final Posix posix = Posix.linux();

    @Test
    void epollBringsEventsWithTheirData() {
        try (Arena arena = Arena.ofConfined();
                Fd epoll = posix.epollCreate();
                Fd one = posix.eventFd();
                Fd two = posix.eventFd()) {
            EpollEvents events = new EpollEvents(8, arena);
            add(epoll, one, PollCalls.EPOLLIN, DATA);
            add(epoll, two, PollCalls.EPOLLIN | PollCalls.EPOLLOUT, -1);

            assertThat(posix.epollWait(epoll.number(), events, 0)).isOne();
            assertThat(events.events(0)).isEqualTo(PollCalls.EPOLLOUT);
            assertThat(events.data(0)).isEqualTo(-1);

            posix.signalEvent(one);
            posix.signalEvent(two);
            assertThat(posix.epollWait(epoll.number(), events, -1)).isEqualTo(2);
            assertThat(List.of(events.data(0), events.data(1))).containsExactlyInAnyOrder(DATA, -1L);

            assertThat(posix.epollControl(epoll.number(), EpollOperation.MODIFY, two.number(), PollCalls.EPOLLIN, 7))
                    .isZero();
            assertThat(posix.epollControl(epoll.number(), EpollOperation.DELETE, one.number(), 0, 0))
                    .isZero();
            assertThat(posix.epollWait(epoll.number(), events, 0)).isOne();
            assertThat(events.events(0)).isEqualTo(PollCalls.EPOLLIN);
            assertThat(events.data(0)).isEqualTo(7);
            assertThatThrownBy(() -> events.data(8)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    private void add(Fd epoll, Fd fd, int events, long data) {
        assertThat(posix.epollControl(epoll.number(), EpollOperation.ADD, fd.number(), events, data))
                .isZero();
    }

    @Test
    void aBlockedSignalIsReadInsteadOfHandled() {
        Set<Integer> before = posix.blockedSignals();
        try (Fd signals = posix.signalFd(Set.of(PENDING))) {
            posix.setBlockedSignals(Set.of(PENDING));
            assertThat(posix.readSignal(signals)).isEmpty();
            assertThat(posix.awaitReadable(List.of(signals), Duration.ZERO).isEmpty())
                    .isTrue();
        } finally {
            posix.setBlockedSignals(before);
        }
        assertThatThrownBy(() -> posix.signalFd(Set.of(65))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void epollReportsFailuresAsNegativeErrno() {
        try (Arena arena = Arena.ofConfined();
                Fd epoll = posix.epollCreate();
                Fd event = posix.eventFd()) {
            assertThat(posix.epollControl(epoll.number(), EpollOperation.DELETE, event.number(), 0, 0))
                    .isEqualTo(-Errno.ENOENT.number());
            assertThat(posix.epollWait(event.number(), new EpollEvents(1, arena), 0))
                    .isEqualTo(-Errno.EINVAL.number());
            assertThatThrownBy(() -> new EpollEvents(0, arena)).hasMessage("capacity is 0, expected at least 1");
        }
    }

    @Test
    void anEventIsSignalledAndCleared() {
        try (Fd event = posix.eventFd()) {
            posix.clearEvent(event);
            assertThat(posix.awaitReadable(List.of(event), Waits.NONE).isEmpty())
                    .isTrue();

            posix.signalEvent(event);
            posix.signalEvent(event);
            assertThat(posix.awaitReadable(List.of(event), Waits.LONG).get(0)).isTrue();

            posix.clearEvent(event);
            assertThat(posix.awaitReadable(List.of(event), Waits.NONE).isEmpty())
                    .isTrue();
        }
    }

    @Test
    void waitingEndsWhenItsTimeIsOver() {
        try (Fd event = posix.eventFd()) {
            long start = System.nanoTime();

            assertThat(posix.awaitReadable(List.of(event), Duration.ofMillis(30))
                            .isEmpty())
                    .isTrue();

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(30));
        }
    }

    @Test
    void waitingSeesOnlyThoseThatAreReady() {
        try (Fd quiet = posix.eventFd();
                FdPair pair = posix.socketPair(SocketType.STREAM);
                Fd signalled = posix.eventFd()) {
            posix.signalEvent(signalled);
            pair.first().close();

            assertThat(posix.awaitReadable(List.of(quiet, pair.second(), signalled), Duration.ofDays(10_000)).stream()
                            .boxed())
                    .containsExactly(1, 2);
        }
    }

    @Test
    void waitingForWhatIsNotOpenIsAnError() {
        assertThatThrownBy(() -> posix.awaitReadable(List.of(Fd.own(9_999)), Duration.ofMillis(5)))
                .hasMessage("poll([fd 9999], timeoutMs=5) failed: EBADF (Bad file descriptor)");
    }

    @Test
    void aPidFdIsReadableOnceTheProcessIsGone() throws IOException {
        Process process = new ProcessBuilder("/bin/sleep", "1000").start();
        try (Fd pidFd = posix.pidFd(process.pid())) {
            assertThat(posix.awaitReadable(List.of(pidFd), Waits.NONE).isEmpty())
                    .isTrue();

            posix.kill(process.pid(), ProcessCalls.SIGKILL);

            assertThat(posix.awaitReadable(List.of(pidFd), Waits.LONG).get(0)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void thereIsNoPidFdOfNobody() {
        assertThatThrownBy(() -> posix.pidFd(Integer.MAX_VALUE))
                .hasMessage("pidfd_open(pid=2147483647) failed: ESRCH (No such process)");
    }
}
