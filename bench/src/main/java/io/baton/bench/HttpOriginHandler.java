package io.baton.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Answers one request after the other, in order even when one of them is slow. */
// Netty's futures are not waited for: a failed write closes the connection, which the client sees.
@SuppressWarnings("FutureReturnValueIgnored")
final class HttpOriginHandler extends SimpleChannelInboundHandler<HttpObject> {
    /** More pipelined requests than this on one connection close it. */
    private static final int MAX_PIPELINED = 1_000;

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    private final Queue<HttpRequest> pending = new ArrayDeque<>();
    private boolean busy;

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        if (!(message instanceof HttpRequest request)) {
            return;
        }
        if (request.decoderResult().isFailure() || pending.size() == MAX_PIPELINED) {
            context.close();
            return;
        }
        pending.add(request);
        answerNext(context);
    }

    private void answerNext(ChannelHandlerContext context) {
        HttpRequest request = busy ? null : pending.poll();
        if (request == null) {
            return;
        }
        busy = true;
        QueryStringDecoder uri = new QueryStringDecoder(request.uri());
        Map<String, List<String>> query = uri.parameters();
        long delayMs = number(query, "ms", 0, HttpOrigin.MAX_DELAY_MS);
        Runnable answer = () -> answer(context, request, uri.path(), query);
        if (delayMs == 0 || uri.path().equals("/stream")) {
            answer.run();
        } else {
            context.executor().schedule(answer, delayMs, TimeUnit.MILLISECONDS);
        }
    }

    private void answer(
            ChannelHandlerContext context, HttpRequest request, String path, Map<String, List<String>> query) {
        switch (path) {
            case "/bytes" -> whole(context, request, HttpResponseStatus.OK, bytes(context, query));
            case "/", "/slow" -> whole(context, request, HttpResponseStatus.OK, text("Hello from the origin.\n"));
            case "/stream" -> stream(context, request, query);
            default -> whole(context, request, HttpResponseStatus.NOT_FOUND, text("There is no " + path + " here.\n"));
        }
    }

    private void whole(ChannelHandlerContext context, HttpRequest request, HttpResponseStatus status, ByteBuf body) {
        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        HttpUtil.setKeepAlive(response, keepAlive);
        var written = context.writeAndFlush(response);
        finished(context, keepAlive, written);
    }

    private void stream(ChannelHandlerContext context, HttpRequest request, Map<String, List<String>> query) {
        var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        HttpUtil.setKeepAlive(head, HttpUtil.isKeepAlive(request));
        context.writeAndFlush(head);
        nextChunk(context, request, query, 0);
    }

    private void nextChunk(
            ChannelHandlerContext context, HttpRequest request, Map<String, List<String>> query, long position) {
        long total = number(query, "n", 64, Integer.MAX_VALUE);
        if (!context.channel().isActive()) {
            return;
        }
        if (position >= total) {
            finished(context, HttpUtil.isKeepAlive(request), context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
            return;
        }
        long next = position;
        if (context.channel().isWritable()) {
            int length = (int) Math.min(number(query, "chunk", 1024, HttpOrigin.MAX_BYTES), total - position);
            ByteBuf chunk = context.alloc().buffer(length);
            new Content(number(query, "seed", 0, Long.MAX_VALUE)).write(chunk, position, length);
            context.writeAndFlush(new DefaultHttpContent(chunk));
            next += length;
        }
        long after = next;
        // At least a millisecond: a reader that does not read makes this a wait, not a spin.
        long delayMs = Math.max(1, number(query, "ms", 0, HttpOrigin.MAX_DELAY_MS));
        context.executor().schedule(() -> nextChunk(context, request, query, after), delayMs, TimeUnit.MILLISECONDS);
    }

    private void finished(ChannelHandlerContext context, boolean keepAlive, ChannelFuture written) {
        if (keepAlive) {
            busy = false;
            answerNext(context);
        } else {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    private static ByteBuf bytes(ChannelHandlerContext context, Map<String, List<String>> query) {
        int length = (int) number(query, "n", 64, HttpOrigin.MAX_BYTES);
        ByteBuf body = context.alloc().buffer(Math.max(1, length));
        new Content(number(query, "seed", 0, Long.MAX_VALUE)).write(body, 0, length);
        return body;
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    /** A query parameter, brought into 0 to {@code max}; what is no number counts as not given. */
    private static long number(Map<String, List<String>> query, String name, long otherwise, long max) {
        List<String> values = query.getOrDefault(name, List.of());
        if (values.isEmpty() || !NUMBER.matcher(values.getFirst()).matches()) {
            return otherwise;
        }
        return Math.min(Long.parseLong(values.getFirst()), max);
    }
}
