package io.baton.http;

import io.baton.spi.Snapshot;
import io.baton.tls.RecordLayerHandler;
import io.baton.tls.TlsAdoption;
import io.baton.tls.TlsSnapshotException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.util.Arrays;
import java.util.Optional;

/** What TLS means to a connection that is to move. Event loop only, but for {@link #adopt}. */
final class Secured {
    private Secured() {}

    static Optional<RecordLayerHandler> records(Channel channel) {
        return channel.pipeline().get(RecordLayerHandler.NAME) instanceof RecordLayerHandler records
                ? Optional.of(records)
                : Optional.empty();
    }

    static boolean isSecure(Channel channel) {
        return channel.pipeline().get(RecordLayerHandler.NAME) != null;
    }

    /** Whether it is plain, or its TLS is such as can be moved, ever. */
    static boolean isMovable(Channel channel) {
        ChannelHandler tls = channel.pipeline().get(RecordLayerHandler.NAME);
        return tls == null || tls instanceof RecordLayerHandler;
    }

    /** Whether its TLS, if there is any, can be moved now. */
    static boolean canMove(Channel channel) {
        return isMovable(channel)
                && records(channel)
                        .map(records -> records.isMovable(Snapshot.MAX_BYTES))
                        .orElse(true);
    }

    /**
     * Takes over what another process exported, and overwrites it. Any thread.
     *
     * @return empty without TLS; else to be put into a pipeline, or {@linkplain RecordLayerHandler#discard discarded}
     * @throws IllegalArgumentException when it is damaged
     */
    static Optional<RecordLayerHandler> adopt(byte[] tls) {
        if (tls.length == 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(TlsAdoption.handler(tls));
        } catch (TlsSnapshotException e) {
            throw new IllegalArgumentException("its TLS: " + e.getMessage(), e);
        } finally {
            Arrays.fill(tls, (byte) 0);
        }
    }
}
