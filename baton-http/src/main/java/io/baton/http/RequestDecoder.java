package io.baton.http;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Netty's decoder, which stops between messages and while nobody takes a body: what has been read and not decoded stays bytes, and few.
 * Removed from its pipeline, it passes them on. Event loop only.
 */
final class RequestDecoder extends HttpRequestDecoder {
    /** Who takes what is decoded, besides getting it from the pipeline. */
    interface Owner {
        /** Whether the next part of a message would be taken now. What is not stays bytes. */
        boolean takesInput();

        /** A read begins, of which there may be more before it is complete. */
        void beginRead();

        /** Whether the connection may turn out to be HTTP/2. */
        default boolean takesHttp2() {
            return false;
        }

        /** HTTP/2's preface is there, and not taken: the decoder is to be removed. */
        default void beginHttp2() {}

        /** What was to be made of what is held, and of the client's end, has been made. */
        void settle();
    }

    private static final int EMPTY_LINES = 2;
    private static final int MAX_METHOD = 32;

    private final Owner owner;
    private final MessageGuard guard;
    private @Nullable ChannelHandlerContext context;
    private boolean decoding;
    private boolean spoken;
    private long received;
    private int unreadAtEnd;

    RequestDecoder(Owner owner, HttpLimits limits) {
        super(config(limits));
        this.owner = owner;
        this.guard = new MessageGuard(EMPTY_LINES, limits);
    }

    /** Strict lines, validated headers and RFC 9112's rules for Transfer-Encoding are defaults of Netty's, unless a property says otherwise. */
    static HttpDecoderConfig config(HttpLimits limits) {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.requestLineBytes())
                .setMaxHeaderSize(limits.headBytes())
                .setMaxChunkSize(Integer.MAX_VALUE) // as much as one read brought
                .setAllowDuplicateContentLengths(false)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true);
    }

    /** How many bytes came and were not decoded. */
    int unread() {
        return internalBuffer().readableBytes() + unreadAtEnd;
    }

    /** How many bytes were decoded since this was last asked. */
    long takeReceived() {
        long bytes = received;
        received = 0;
        return bytes;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    boolean isInPipeline() {
        return context != null && !context.isRemoved();
    }

    /** Whether it is at it: what it holds is about to be taken. */
    boolean isDecoding() {
        return decoding;
    }

    /** Goes on with what was read before, now that the owner takes it; not in itself, where the loop around it does. */
    void resume() {
        ChannelHandlerContext own = context;
        if (own == null || decoding || !internalBuffer().isReadable()) {
            return;
        }
        try {
            decodeMore(own, Unpooled.EMPTY_BUFFER);
        } catch (Exception e) {
            own.fireExceptionCaught(e);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext own, Object message) throws Exception {
        owner.beginRead();
        decodeMore(own, message);
        owner.settle();
    }

    private void decodeMore(ChannelHandlerContext own, Object message) throws Exception {
        boolean within = decoding;
        decoding = true;
        try {
            super.channelRead(own, message);
        } finally {
            decoding = within;
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        if (!owner.takesInput() || (!spoken && isHttp2(in))) {
            return;
        }
        int before = in.readableBytes();
        decodeGuarded(context, in, out);
        received += before - in.readableBytes();
    }

    private void decodeGuarded(ChannelHandlerContext own, ByteBuf in, List<Object> out) throws Exception {
        if (guard.ready(in, out)) {
            int from = in.readableBytes();
            super.decode(own, in, out);
            guard.decoded(from - in.readableBytes(), in, out);
        }
    }

    /** Where in a message it is. */
    BodyPlace place() {
        return guard.place();
    }

    /** Bytes that came and were not decoded. */
    byte[] copyUnread() {
        return ByteBufUtil.getBytes(internalBuffer());
    }

    /**
     * A new decoder goes on where one in another process was.
     *
     * @param unread what had come there and was not decoded
     */
    void restore(BodyPlace place, byte[] unread) throws Exception {
        ChannelHandlerContext own = requireNonNull(context, "the decoder is in no pipeline");
        if (place.within()) {
            SyntheticHead.decode(place.synthetic(SyntheticHead.REQUEST), (in, out) -> decodeGuarded(own, in, out));
            guard.restored(place);
        }
        if (unread.length > 0) {
            channelRead(own, Unpooled.wrappedBuffer(unread));
        }
    }

    /** Whether it is, or may still be. */
    private boolean isHttp2(ByteBuf in) {
        Http2Preface preface = owner.takesHttp2() ? Http2Preface.of(in) : Http2Preface.NONE;
        spoken = preface == Http2Preface.NONE;
        if (preface == Http2Preface.WHOLE) {
            owner.beginHttp2();
        }
        return !spoken;
    }

    /** Netty would read on here, even with auto-read off, while no message is whole. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        discardSomeReadBytes();
        context.fireChannelReadComplete();
    }

    /** A client that sends nothing more still gets the responses to what it sent: Netty would drop what is not decoded. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        unreadAtEnd = internalBuffer().readableBytes();
        super.channelInactive(context);
    }

    @Override
    protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
        guard.firstWord(start, length);
        if (length > MAX_METHOD) {
            throw BadMessage.malformed("the request line does not start with a method and a space");
        }
        return super.splitFirstWordInitialLine(line, start, length);
    }

    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
        guard.nextWord(line, start, length);
        return super.splitSecondWordInitialLine(line, start, length);
    }

    @Override
    protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
        guard.nextWord(line, start, length);
        return Versions.check(super.splitThirdWordInitialLine(line, start, length));
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        guard.field(line, start, length);
        return super.splitHeaderName(line, start, length);
    }
}
