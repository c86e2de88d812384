package io.baton.posix;

import static io.baton.posix.PosixException.check;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** sendmsg(2) and recvmsg(2) with fds attached: the part of {@link SocketCalls} in which an fd can get lost. */
final class LinuxMessages {
    private static final int MSG_CTRUNC = 0x08;
    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;

    private static final String RECEIVE = "recvmsg(fd=%d, maxBytes=%d, maxFds=%d)";

    /** Bound at the first call, not when the class is loaded. */
    private static final class Native {
        private static final NativeCall SENDMSG = NativeCall.wordsToWord("sendmsg", 3);
        private static final NativeCall RECVMSG = NativeCall.wordsToWord("recvmsg", 3);
    }

    /** @param destination null for the peer of a connected socket */
    int send(Fd socket, byte[] payload, List<Fd> fds, @Nullable SocketAddress destination) {
        requireSendable(payload, fds);
        MessageScratch scratch = MessageScratch.withRoomFor(payload.length);
        MemorySegment.copy(payload, 0, scratch.payload(), JAVA_BYTE, 0, payload.length);
        if (!fds.isEmpty()) {
            ControlMessages.writeRights(scratch.control(), numbers(fds));
        }
        long header = scratch.header(payload.length, ControlMessages.rightsSpace(fds.size()));
        if (destination != null) {
            scratch.nameIs(SocketAddressCodec.encode(destination, scratch.name()));
        }
        int number = socket.number();
        return (int) check(
                Native.SENDMSG.call(number, header, MSG_NOSIGNAL),
                "sendmsg(fd=%d, bytes=%d, fds=%d, address=%s)",
                number,
                payload.length,
                fds.size(),
                destination == null ? "peer" : destination);
    }

    private static void requireSendable(byte[] payload, List<Fd> fds) {
        if (fds.size() > SocketCalls.MAX_FDS_PER_MESSAGE) {
            throw new IllegalArgumentException(
                    "message has %d fds, expected at most %d".formatted(fds.size(), SocketCalls.MAX_FDS_PER_MESSAGE));
        }
        if (payload.length == 0 && !fds.isEmpty()) {
            // A stream socket would drop the fds without a word, and a reader would take it for the end of the stream.
            throw new IllegalArgumentException(
                    "message has no bytes, expected at least one to carry its %d fds".formatted(fds.size()));
        }
    }

    private static int[] numbers(List<Fd> fds) {
        int[] numbers = new int[fds.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = fds.get(i).number();
        }
        return numbers;
    }

    Optional<ReceivedMessage> receive(Fd socket, int maxBytes, int maxFds) {
        if (maxBytes < 0 || maxFds < 0 || maxFds > SocketCalls.MAX_FDS_PER_MESSAGE) {
            throw new IllegalArgumentException("maxBytes=%d, maxFds=%d, expected 0 or more bytes and 0 to %d fds"
                    .formatted(maxBytes, maxFds, SocketCalls.MAX_FDS_PER_MESSAGE));
        }
        MessageScratch scratch = MessageScratch.withRoomFor(maxBytes);
        int controlBytes = ControlMessages.rightsSpace(maxFds) + ControlMessages.credentialsSpace();
        int number = socket.number();
        long result = Native.RECVMSG.call(number, scratch.header(maxBytes, controlBytes), MSG_CMSG_CLOEXEC);
        if (result == -Errno.EAGAIN.number()) {
            return Optional.empty();
        }
        check(result, RECEIVE, number, maxBytes, maxFds);
        // From here on fds may have arrived: whatever happens, they end in the result or closed.
        ControlMessages arrived = ControlMessages.read(scratch.arrivedControl());
        List<Fd> fds = own(arrived.fds());
        boolean cut = (scratch.flags() & (MSG_TRUNC | MSG_CTRUNC)) != 0;
        // Room for credentials that were not sent is room for fds nobody asked for.
        if (cut || fds.size() > maxFds) {
            for (Fd fd : fds) {
                fd.close();
            }
            throw new PosixException(RECEIVE.formatted(number, maxBytes, maxFds), Errno.EMSGSIZE.number());
        }
        byte[] payload = scratch.payload().asSlice(0, result).toArray(JAVA_BYTE);
        return Optional.of(new ReceivedMessage(payload, fds, arrived.sender()));
    }

    private static List<Fd> own(List<Integer> numbers) {
        List<Fd> fds = new ArrayList<>(numbers.size());
        for (int number : numbers) {
            fds.add(Fd.own(number));
        }
        return fds;
    }
}
