package io.baton.http;

import io.baton.posix.SocketAddress;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One HTTP/2 connection to an endpoint, which carries several exchanges at once. Event loop only. */
// Netty's futures are not waited for: what fails comes as an event of the channel.
@SuppressWarnings("FutureReturnValueIgnored")
final class Http2UpstreamConnection extends Http2Handler.Owner implements Connector.Connecting {
    /** What may come of responses whose clients do not take them, of one stream and of all. */
    private static final Http2Options WINDOWS = Http2Options.defaults();

    /** Far from where the numbers of streams end. */
    private static final int LAST_STREAM_ID = 1 << 30;

    private enum State {
        /** Until the endpoint's SETTINGS: it speaks HTTP/2, and says how many streams it takes. */
        CONNECTING,
        READY,
        /** It takes no new streams. */
        LEAVING,
        CLOSED
    }

    private final Worker worker;
    private final UpstreamCluster cluster;
    private final SocketAddress address;
    private final Http2Handler handler;
    private final Http2Connection.PropertyKey key;
    private final Deadline deadline = new Deadline(this::onDeadline);
    private final ArrayDeque<UpstreamStream> waiting = new ArrayDeque<>();

    /** Those of this read whose responses are not flushed to their clients. */
    private final Set<UpstreamStream> touched = new LinkedHashSet<>();

    private final Channel channel;
    private State state = State.CONNECTING;
    private boolean established;
    private int users;

    Http2UpstreamConnection(Worker worker, UpstreamCluster cluster, SocketAddress address, Channel channel) {
        this.worker = worker;
        this.cluster = cluster;
        this.address = address;
        this.channel = channel;
        this.handler = Http2Handler.client(this, WINDOWS);
        this.key = handler.connection().newKey();
    }

    @Override
    public void addTo(ChannelPipeline pipeline) {
        pipeline.addLast(handler);
    }

    SocketAddress address() {
        return address;
    }

    UpstreamCluster cluster() {
        return cluster;
    }

    /** Whether another exchange may use it. */
    boolean hasRoom() {
        int most = Math.min(cluster.maxStreams(), handler.connection().local().maxActiveStreams());
        return (state == State.CONNECTING || state == State.READY) && users < most;
    }

    boolean isReady() {
        return state == State.READY;
    }

    /** A stream for {@code user}, which is told when it can be written to, unless the connection is ready. */
    UpstreamStream open(Exchange user) {
        users++;
        if (state == State.READY) {
            worker.deadlines().clear(deadline);
        }
        UpstreamStream opened = new UpstreamStream(
                this, handler, user, worker.shared().options().bufferBytes());
        if (state == State.CONNECTING) {
            waiting.add(opened);
        }
        return opened;
    }

    /** {@code stream} is done; said once for each that was opened. */
    void left(UpstreamStream stream) {
        waiting.remove(stream);
        users--;
        endOrIdle();
    }

    private void endOrIdle() {
        if (users > 0 || state == State.CONNECTING || state == State.CLOSED) {
            return;
        }
        if (state == State.LEAVING || cluster.pool().maxIdle() == 0) {
            close();
        } else {
            worker.deadlines().set(deadline, cluster.pool().idleTimeout().toNanos());
        }
    }

    /** The number of the stream that is made next; the caller writes its head at once. */
    int nextStreamId() {
        int id = handler.connection().local().incrementAndGetNextStreamId();
        if (id > LAST_STREAM_ID && state == State.READY) {
            state = State.LEAVING;
        }
        return id;
    }

    /** A head was written; returns the stream that Netty made for it, or null when it takes none any more. */
    @Nullable
    Http2Stream made(UpstreamStream user, int streamId) {
        Http2Stream made = handler.connection().stream(streamId);
        if (made != null) {
            made.setProperty(key, user);
        }
        return made;
    }

    /** After what is under way on the event loop. */
    void later(Runnable task) {
        worker.loop().execute(task);
    }

    void close() {
        channel.close();
    }

    // --- connecting

    @Override
    public void connectFailed(String reason) {
        fail(reason);
    }

    /** The endpoint is to say that it speaks HTTP/2, too. */
    @Override
    public void connected() {
        established = true;
        worker.shared().observer().upstreamOpened(cluster.name(), address);
        worker.deadlines().set(deadline, cluster.connectTimeout().toNanos());
        try {
            handler.widen(WINDOWS.connectionWindow());
        } catch (Http2Exception e) {
            throw new IllegalStateException("a new connection's window cannot be set: " + e.getMessage(), e);
        }
        handler.flushNow();
    }

    /** There is no connection, or none that speaks HTTP/2. */
    private void fail(String reason) {
        state = State.CLOSED;
        worker.http2Pool().remove(this);
        while (!waiting.isEmpty()) {
            waiting.remove().connectFailed(reason);
        }
        close();
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) {
        if (state != State.CONNECTING) {
            return;
        }
        int room = handler.connection().local().maxActiveStreams();
        if (room == 0) {
            fail("it takes no streams");
            return;
        }
        state = State.READY;
        worker.deadlines().clear(deadline);
        for (int i = 0; i < room && !waiting.isEmpty(); i++) {
            waiting.remove().connected();
        }
        while (!waiting.isEmpty()) { // more would be refused
            UpstreamStream tooMany = waiting.remove();
            users--;
            tooMany.moveTo(worker.http2Pool());
        }
        endOrIdle();
    }

    // --- frames

    @Override
    public void onHeadersRead(
            ChannelHandlerContext context,
            int streamId,
            Http2Headers headers,
            int dependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean ends) {
        UpstreamStream known = known(streamId);
        if (known != null) {
            touched.add(known);
            known.headers(headers, ends);
        }
    }

    @Override
    public int onDataRead(ChannelHandlerContext context, int streamId, ByteBuf data, int padding, boolean ends) {
        UpstreamStream known = known(streamId);
        if (known == null) {
            return data.readableBytes() + padding;
        }
        touched.add(known);
        return known.data(data, padding, ends);
    }

    private @Nullable UpstreamStream known(int streamId) {
        Http2Stream stream = handler.connection().stream(streamId);
        return stream == null ? null : stream.getProperty(key);
    }

    @Override
    public void onGoAwayRead(ChannelHandlerContext context, int lastStreamId, long errorCode, ByteBuf debugData) {
        if (state == State.CONNECTING) {
            fail("it says GOAWAY at once, error " + errorCode);
        } else if (state == State.READY) {
            state = State.LEAVING;
            worker.http2Pool().remove(this);
            endOrIdle();
        }
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
        UpstreamStream known = stream.getProperty(key);
        if (known != null) {
            known.closed();
        }
    }

    @Override
    void readComplete() {
        touched.forEach(UpstreamStream::flushResponse);
        touched.clear();
    }

    @Override
    void streamRefused(@Nullable Http2Stream stream, Http2Exception.StreamException why) {
        UpstreamStream known = stream == null ? null : stream.getProperty(key);
        if (known != null) {
            known.malformed(String.valueOf(why.getMessage()));
        }
    }

    // --- the ends

    private void onDeadline() {
        if (state == State.CONNECTING) {
            fail("it did not speak HTTP/2 in time");
        } else if (users == 0) {
            state = State.LEAVING;
            handler.goAway(0); // it has opened no streams
            close();
        }
    }

    @Override
    void closed() {
        if (state == State.CONNECTING) {
            fail("it closed before it spoke HTTP/2");
        }
        state = State.CLOSED;
        worker.http2Pool().remove(this);
        worker.deadlines().remove(deadline);
        if (established) {
            established = false;
            worker.shared().observer().upstreamClosed(cluster.name(), address);
        }
    }
}
