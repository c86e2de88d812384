package io.baton.http;

import io.baton.netty.DetachedChannel;
import io.baton.posix.Fd;
import io.baton.spi.Snapshot;
import io.baton.tls.RecordLayerHandler;
import io.netty.channel.Channel;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A channel that is out of its loop's epoll, with its TLS if it has any. Event loop only. */
final class Detachment {
    /** What goes along of a connection besides its socket; one of the two is empty. */
    @SuppressWarnings("ArrayRecordComponent") // passed on at once, never compared
    record Belongings(byte[] unsent, byte[] tls) {
        static final Belongings NONE = new Belongings(new byte[0], new byte[0]);
    }

    private final Channel channel;
    private final DetachedChannel detached;
    private final Optional<RecordLayerHandler> records;
    private boolean exported;

    private Detachment(Channel channel, DetachedChannel detached, Optional<RecordLayerHandler> records) {
        this.channel = channel;
        this.detached = detached;
        this.records = records;
    }

    /** Empty when it cannot leave now. Not within a read or write of the channel. */
    static Optional<Detachment> detach(Channel channel) {
        Optional<RecordLayerHandler> records = Secured.records(channel);
        if (!Secured.canMove(channel)) {
            return Optional.empty();
        }
        // Its flush makes records of what was written before, too.
        return DetachedChannel.detach(channel).map(detached -> new Detachment(channel, detached, records));
    }

    Fd fd() {
        return detached.fd();
    }

    /**
     * What was not sent; or with TLS all of its state, after which nothing is sealed here before {@link #comeBack}.
     *
     * @throws BufferOverflowException when it is too much for a snapshot
     */
    Belongings belongings() {
        int length = detached.unsentBytes();
        if (length > Snapshot.MAX_BYTES) {
            throw new BufferOverflowException();
        }
        if (records.isPresent()) {
            exported = true;
            return new Belongings(new byte[0], records.get().export());
        }
        ByteBuffer out = ByteBuffer.allocate(length);
        detached.copyUnsent(out);
        return new Belongings(out.array(), new byte[0]);
    }

    /** Nobody else has it: it goes on. */
    void comeBack() {
        detached.comeBack();
        if (exported && channel.isOpen()) {
            records.ifPresent(RecordLayerHandler::resume);
        }
    }

    /** Somebody else has it: only our descriptor is closed. */
    void leave() {
        detached.leave();
    }
}
