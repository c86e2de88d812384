package io.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One client's HTTP/2 connection: its requests are {@link ClientStream}s. Event loop only. */
final class Http2ClientConnection extends Http2Handler.Owner {
    private enum State {
        SERVING,
        /** All is said and our direction is closed; the client's end is awaited, what comes is dropped. */
        LINGERING,
        CLOSED
    }

    private final Worker worker;
    private final Listening listening;
    private final ClientFacts facts;
    private final long id;
    private final Http2Handler handler;
    private final Http2Connection.PropertyKey key;
    private final Farewell farewell;
    private final FrameBudget budget = new FrameBudget();
    private final Deadline deadline = new Deadline(this::onDeadline);

    /** Those of this read whose requests went upstream and are not flushed. */
    private final List<ClientStream> touched = new ArrayList<>();

    private State state = State.SERVING;
    private long requests;

    /** @param taken the connection that was taken for HTTP/1.1 at first, whose place this one takes */
    private Http2ClientConnection(ClientConnection taken) {
        this.worker = taken.worker();
        this.listening = taken.listening();
        this.facts = taken.facts();
        this.id = taken.id();
        this.handler = Http2Handler.server(this, listening.listener().http2(), listening.limits());
        this.key = handler.connection().newKey();
        this.farewell = new Farewell(handler);
    }

    /**
     * Takes the place of {@code taken}, which has told nobody of a request: its numbers go on with this one.
     *
     * @param channel whose pipeline's last handlers it is about to leave
     */
    static void follow(ClientConnection taken, Channel channel) {
        Http2ClientConnection connection = new Http2ClientConnection(taken);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false); // who reads no more answers no frame
        connection.worker.opened(connection);
        channel.pipeline().addLast(connection.handler);
        try {
            connection.handler.widen(connection.listening.listener().http2().connectionWindow());
        } catch (Http2Exception e) {
            throw new IllegalStateException("a new connection's window cannot be set: " + e.getMessage(), e);
        }
        connection.armIdle();
    }

    Worker worker() {
        return worker;
    }

    Listening listening() {
        return listening;
    }

    ClientFacts facts() {
        return facts;
    }

    long id() {
        return id;
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
        Http2Stream stream = handler.connection().stream(streamId);
        if (state != State.SERVING || stream == null) {
            return;
        }
        budget.progress();
        ClientStream known = stream.getProperty(key);
        if (known != null) {
            known.trailers(headers);
            return;
        }
        requests++;
        if (!farewell.begun()) {
            worker.deadlines().clear(deadline);
        }
        ClientStream begun = new ClientStream(this, handler, stream);
        stream.setProperty(key, begun);
        begun.request(headers, ends);
    }

    @Override
    public int onDataRead(ChannelHandlerContext context, int streamId, ByteBuf data, int padding, boolean ends) {
        Http2Stream stream = handler.connection().stream(streamId);
        ClientStream known = stream == null ? null : stream.getProperty(key);
        if (known == null) {
            return data.readableBytes() + padding;
        }
        if (data.isReadable()) {
            budget.progress();
        }
        return known.data(data, padding, ends);
    }

    @Override
    public void onPingRead(ChannelHandlerContext context, long data) throws Http2Exception {
        spend();
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext context, long data) throws Http2Exception {
        if (farewell.answered(data)) {
            endIfDone();
        } else {
            spend();
        }
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) throws Http2Exception {
        spend();
    }

    @Override
    public void onPriorityRead(
            ChannelHandlerContext context, int streamId, int dependency, short weight, boolean exclusive)
            throws Http2Exception {
        spend();
    }

    @Override
    public void onWindowUpdateRead(ChannelHandlerContext context, int streamId, int increment) throws Http2Exception {
        spend();
    }

    @Override
    public void onUnknownFrame(
            ChannelHandlerContext context, byte frameType, int streamId, Http2Flags flags, ByteBuf payload)
            throws Http2Exception {
        spend();
    }

    private void spend() throws Http2Exception {
        if (!budget.spend()) {
            throw Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many frames that ask for nothing");
        }
    }

    /** A frame of a response is written. */
    void progress() {
        budget.progress();
    }

    /** What {@code stream} has passed on goes out; within a read, when it is over. */
    void flushSoon(ClientStream stream) {
        if (handler.isReading()) {
            touched.add(stream);
        } else {
            stream.flushRequest();
        }
    }

    @Override
    void readComplete() {
        touched.forEach(ClientStream::flushRequest);
        touched.clear();
    }

    @Override
    void streamRefused(@Nullable Http2Stream stream, Http2Exception.StreamException why) {
        ClientStream known = stream == null ? null : stream.getProperty(key);
        if (known != null) {
            known.refused();
        } else if (why.error() == Http2Error.REFUSED_STREAM
                || why.error() == Http2Error.PROTOCOL_ERROR
                || why instanceof Http2Exception.HeaderListSizeException) {
            requests++;
            ExchangeRecord record = new ExchangeRecord(listening);
            record.protocol(ClientStream.PROTOCOL);
            record.status(why instanceof Http2Exception.HeaderListSizeException ? 431 : 0);
            record.report(facts, id, worker.shared().observer(), HttpOutcome.REFUSED);
        }
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
        ClientStream known = stream.getProperty(key);
        if (known != null) {
            known.closed();
        }
        if (handler.connection().numActiveStreams() == 0) {
            armIdle();
            endIfDone();
        }
    }

    // --- the ends

    private void armIdle() {
        if (!farewell.begun()) {
            worker.deadlines().set(deadline, listening.timeouts().idle().toNanos());
        }
    }

    /** Says that the connection ends, and ends it when what is under way has ended; no request is refused. */
    private void leave() {
        long afterNanos = farewell.begin();
        if (afterNanos > 0) {
            worker.deadlines().set(deadline, afterNanos);
        }
    }

    /** The proxy drains: whether this connection is to leave now is asked, if it does not yet. */
    void drain() {
        if (state == State.SERVING && !farewell.begun() && worker.shared().drainClose()) {
            leave();
        }
    }

    private void endIfDone() {
        if (state == State.SERVING && farewell.isFinal() && handler.connection().numActiveStreams() == 0) {
            state = State.LINGERING; // as ClientEnd does, and for its reasons
            worker.deadlines().set(deadline, listening.timeouts().linger().toNanos());
            handler.shutdownOutput();
        }
    }

    private void onDeadline() {
        switch (state) {
            case SERVING -> {
                if (farewell.begun()) {
                    farewell.goOn();
                    endIfDone();
                } else {
                    leave();
                }
            }
            case LINGERING -> handler.close();
            case CLOSED -> {}
        }
    }

    /** The proxy closes. */
    void cut() {
        try {
            handler.connection().forEachActiveStream(stream -> {
                ClientStream known = stream.getProperty(key);
                if (known != null) {
                    known.end(HttpOutcome.CUT);
                }
                return true;
            });
        } catch (Http2Exception e) {
            throw new IllegalStateException("a visitor that throws nothing threw", e);
        }
        handler.close();
    }

    @Override
    void closed() {
        state = State.CLOSED;
        worker.deadlines().remove(deadline);
        worker.closed(this);
        listening.closed();
        worker.shared().observer().connectionClosed(listening.name(), requests);
        worker.shared().admission().closed();
    }
}
