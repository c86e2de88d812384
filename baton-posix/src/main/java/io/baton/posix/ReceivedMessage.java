package io.baton.posix;

import java.util.List;
import java.util.Optional;

/**
 * One received message.
 *
 * @param payload its bytes
 * @param fds what came by SCM_RIGHTS, in order; the receiver owns them
 * @param sender by SCM_CREDENTIALS, when the socket has SO_PASSCRED; vouched for by the kernel
 */
@SuppressWarnings(
        "ArrayRecordComponent") // messages are read once and never compared: a copy per message would buy nothing
public record ReceivedMessage(byte[] payload, List<Fd> fds, Optional<PeerCredentials> sender) {
    public ReceivedMessage {
        fds = List.copyOf(fds);
    }
}
