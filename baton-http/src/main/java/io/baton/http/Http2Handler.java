package io.baton.http;

import static java.util.Objects.requireNonNull;

import io.baton.tls.TlsEnd;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Netty's HTTP/2 of one connection, with what both kinds of connections want of it. Frames and streams are told its {@link Owner}; a
 * stream's bytes are given back to its window when the owner says so. Event loop only.
 */
// Netty's futures are not waited for: what fails comes as an event of the channel or the end of a stream.
@SuppressWarnings("FutureReturnValueIgnored")
final class Http2Handler extends Http2ConnectionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Http2Handler.class);

    /** For a connection that ends with an error: its GOAWAY goes out, or not. */
    private static final long ERROR_CLOSE_MS = 5_000;

    /** Whose the connection is. */
    abstract static class Owner extends Http2EventAdapter {
        /** A read is over; what is written after it is flushed. */
        abstract void readComplete();

        /** Netty refuses what came on a stream, which it resets; or what was to be written. */
        abstract void streamRefused(@Nullable Http2Stream stream, Http2Exception.StreamException why);

        /** The channel is closed; every stream has been told. */
        abstract void closed();
    }

    private final Owner owner;
    private @Nullable ChannelHandlerContext context;
    private boolean reading;

    private Http2Handler(
            Owner owner, Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
        super(decoder, encoder, settings, true);
        this.owner = owner;
    }

    /** With a client. */
    static Http2Handler server(Owner owner, Http2Options options, HttpLimits limits) {
        return new Builder(owner, true)
                .initialSettings(new Http2Settings()
                        .maxConcurrentStreams(options.maxStreams())
                        .initialWindowSize(options.streamWindow())
                        .maxHeaderListSize(limits.headBytes()))
                .build();
    }

    /** With an upstream. */
    static Http2Handler client(Owner owner, Http2Options windows) {
        return new Builder(owner, false)
                .initialSettings(new Http2Settings()
                        .pushEnabled(false)
                        .initialWindowSize(windows.streamWindow())
                        .maxHeaderListSize(HttpLimits.most().headBytes()))
                .build();
    }

    ChannelHandlerContext context() {
        return requireNonNull(context, "the handler is in no pipeline");
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Exception {
        context = added;
        super.handlerAdded(added);
    }

    /** Whether it goes through TLS. */
    boolean isSecure() {
        return Secured.isSecure(context().channel());
    }

    /** Makes the window of all streams together larger than it is at first. */
    void widen(int window) throws Http2Exception {
        int more = window - Http2Options.MIN_CONNECTION_WINDOW;
        if (more > 0) {
            decoder().flowController().incrementWindowSize(connection().connectionStream(), more);
        }
    }

    /** Whether a read is going on, which ends with a flush. */
    boolean isReading() {
        return reading;
    }

    /** Flushes; within a read, when it is over. */
    void flushSoon() {
        if (!reading) {
            flushNow();
        }
    }

    void flushNow() {
        flush(context());
    }

    /** Bytes of {@code stream} have gone on: as many more may come. */
    void giveBack(Http2Stream stream, int bytes) {
        try {
            if (decoder().flowController().consumeBytes(stream, bytes)) {
                flushSoon();
            }
        } catch (Http2Exception e) {
            onError(context(), true, e);
        }
    }

    /** Does nothing to one that is closed. */
    void reset(Http2Stream stream, Http2Error error) {
        if (stream.state() == Http2Stream.State.CLOSED) {
            return;
        }
        resetStream(context(), stream.id(), error.code(), context().newPromise());
        flushSoon();
    }

    void goAway(int lastStreamId) {
        goAway(
                context(),
                lastStreamId,
                Http2Error.NO_ERROR.code(),
                Unpooled.EMPTY_BUFFER,
                context().newPromise());
        flushSoon();
    }

    void ping(long data) {
        encoder().writePing(context(), false, data, context().newPromise());
        flushSoon();
    }

    /** What was written goes out, then FIN; the channel is closed when it cannot. */
    void shutdownOutput() {
        flush(context());
        context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
            if (flushed.isSuccess() && context().channel().isActive()) {
                TlsEnd.shutdownOutput(context().channel());
            } else {
                close();
            }
        });
    }

    void close() {
        context().channel().close();
    }

    @Override
    public void channelRead(ChannelHandlerContext own, Object message) throws Exception {
        reading = true;
        super.channelRead(own, message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext own) throws Exception {
        reading = false;
        owner.readComplete();
        super.channelReadComplete(own);
    }

    @Override
    public void channelInactive(ChannelHandlerContext own) throws Exception {
        reading = false;
        super.channelInactive(own);
        owner.closed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext own, Throwable cause) throws Exception {
        if (cause instanceof java.io.IOException) {
            close();
        } else {
            super.exceptionCaught(own, cause);
        }
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext own, boolean outbound, Throwable cause, Http2Exception.StreamException why) {
        owner.streamRefused(connection().stream(why.streamId()), why);
        super.onStreamError(own, outbound, cause, why);
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext own, boolean outbound, Throwable cause, @Nullable Http2Exception why) {
        if (why == null && !(cause instanceof java.io.IOException)) {
            LOG.error("an HTTP/2 connection fails: {}; it is closed", cause.getMessage(), cause);
        }
        super.onConnectionError(own, outbound, cause, why);
    }

    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<Http2Handler, Builder> {
        private final Owner owner;

        Builder(Owner owner, boolean server) {
            this.owner = owner;
            server(server);
            frameListener(owner);
            validateRequiredPseudoHeaders(true);
            gracefulShutdownTimeoutMillis(ERROR_CLOSE_MS);
            encoderIgnoreMaxHeaderListSize(server); // RFC 9113 section 6.5.2: it is advice
        }

        @Override
        protected Builder initialSettings(Http2Settings settings) {
            return super.initialSettings(settings);
        }

        @Override
        protected Http2Handler build() {
            return super.build();
        }

        @Override
        protected Http2Handler build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            encoder.connection().addListener(owner);
            return new Http2Handler(owner, decoder, encoder, settings);
        }
    }
}
