package io.baton.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;

/** Netty's encoder, which for the end of a message that needs no bytes would write an empty buffer. Event loop only. */
final class RequestEncoder extends HttpRequestEncoder {
    private final List<Object> end = new ArrayList<>(1);

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        if (LastHttpContent.EMPTY_LAST_CONTENT.equals(message)) {
            encode(context, message, end);
            ResponseEncoder.writeEnd(context, end, promise);
        } else {
            super.write(context, message, promise);
        }
    }

    /** A new encoder goes on within a body whose head was written in another process. */
    void restore(ChannelHandlerContext own, boolean chunked) throws Exception {
        HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
        HttpUtil.setTransferEncodingChunked(head, chunked);
        encode(own, head, end);
        end.forEach(ReferenceCountUtil::release);
        end.clear();
    }
}
