package io.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;

/** Netty's encoder, which counts, and writes no empty buffer for the end of a message that needs no bytes. Event loop only. */
final class ResponseEncoder extends HttpResponseEncoder {
    private final List<Object> end = new ArrayList<>(1);
    private long sent;

    /** How many bytes were written since this was last asked. */
    long takeSent() {
        long bytes = sent;
        sent = 0;
        return bytes;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        if (LastHttpContent.EMPTY_LAST_CONTENT.equals(message)) {
            encode(context, message, end);
            writeEnd(context, end, promise);
        } else {
            super.write(context, message, promise);
        }
    }

    /** @param promise a void one: nobody would be told of an end without bytes */
    static void writeEnd(ChannelHandlerContext context, List<Object> end, ChannelPromise promise) {
        try {
            for (Object part : end) {
                if (((ByteBuf) part).isReadable()) {
                    var _ = context.write(part, promise);
                }
            }
        } finally {
            end.clear();
        }
    }

    @Override
    protected void encode(ChannelHandlerContext context, Object message, List<Object> out) throws Exception {
        super.encode(context, message, out);
        for (Object part : out) {
            sent += ((ByteBuf) part).readableBytes();
        }
    }

    /** A new encoder goes on within a body whose head was written in another process. */
    void restore(ChannelHandlerContext own, boolean chunked) throws Exception {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        HttpUtil.setTransferEncodingChunked(head, chunked);
        encode(own, head, end);
        end.forEach(ReferenceCountUtil::release);
        end.clear();
        sent = 0;
    }
}
