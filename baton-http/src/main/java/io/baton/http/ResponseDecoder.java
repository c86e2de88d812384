package io.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.util.AsciiString;
import java.util.List;

/** Netty's decoder, told what each response answers. Removed from its pipeline, it passes on what is not decoded. Event loop only. */
final class ResponseDecoder extends HttpResponseDecoder {
    /** Whose the connection is. */
    interface Owner {
        /** Whether a response is expected. */
        boolean isUsed();

        /** Whether the connection's end is not the proper end of what came. */
        boolean failed();

        void close();
    }

    private static final ExchangeTerms NOTHING = new ExchangeTerms(false, false, false, false, false);

    private final Owner owner;
    private final MessageGuard guard = new MessageGuard(0, HttpLimits.most());
    private ExchangeTerms asked = NOTHING;
    private boolean begun;

    ResponseDecoder(Owner owner) {
        // The limits of each response are its client's listener's; these are above them all.
        super(RequestDecoder.config(HttpLimits.most()));
        this.owner = owner;
    }

    /**
     * Before a request goes.
     *
     * @param terms whether it is a HEAD, whose response has no body whatever it says, or asks for a tunnel
     */
    void expect(ExchangeTerms terms, HttpLimits limits) {
        asked = terms;
        begun = false;
        guard.limits(limits);
    }

    /** Whether any byte of the response came. */
    boolean begun() {
        return begun;
    }

    boolean hasUnread() {
        return internalBuffer().isReadable();
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        if (!owner.isUsed()) {
            in.skipBytes(in.readableBytes());
            owner.close(); // bytes nobody asked for would be taken for the next response
            return;
        }
        begun = true;
        decodeGuarded(context, in, out);
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

    /** Bytes that came and were not decoded: of a head that is not whole, or a chunk's size. */
    byte[] copyUnread() {
        return ByteBufUtil.getBytes(internalBuffer());
    }

    /**
     * A new decoder, told what to {@link #expect}, goes on where one in another process was.
     *
     * @param own its place in its pipeline
     * @param unread what had come there and was not decoded
     */
    void restore(ChannelHandlerContext own, BodyPlace place, byte[] unread) throws Exception {
        if (place.within()) {
            begun = true;
            SyntheticHead.decode(place.synthetic(SyntheticHead.RESPONSE), (in, out) -> decodeGuarded(own, in, out));
            guard.restored(place);
        }
        if (unread.length > 0) {
            channelRead(own, Unpooled.wrappedBuffer(unread));
        }
    }

    @Override
    protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        if (!owner.failed()) {
            super.decodeLast(context, in, out);
        }
    }

    /** Netty would read on here, even with auto-read off, while no message is whole. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        discardSomeReadBytes();
        context.fireChannelReadComplete();
    }

    /** RFC 9112 section 6.3; without Netty's exception for a draft of WebSocket whose 101 had a body. */
    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        int status = ((HttpResponse) message).status().code();
        return asked.head() || asked.tunnels(status) || status < 200 || status == 204 || status == 304;
    }

    @Override
    protected boolean isSwitchingToNonHttp1Protocol(HttpResponse response) {
        int status = response.status().code();
        return status == 101 || asked.tunnels(status);
    }

    @Override
    protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
        guard.firstWord(start, length);
        return Versions.check(super.splitFirstWordInitialLine(line, start, length));
    }

    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
        guard.nextWord(line, start, length);
        boolean status = length == 3 && line[start] >= '1';
        for (int i = start; i < start + length; i++) {
            status &= Characters.isDigit(line[i]);
        }
        if (!status) {
            throw BadMessage.malformed("the status is no number of three digits");
        }
        return super.splitSecondWordInitialLine(line, start, length);
    }

    @Override
    protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
        for (int i = start; i < start + length; i++) {
            if (!Characters.isText(line[i])) {
                throw BadMessage.malformed("the reason has a control character");
            }
        }
        return super.splitThirdWordInitialLine(line, start, length);
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        guard.field(line, start, length);
        return super.splitHeaderName(line, start, length);
    }
}
