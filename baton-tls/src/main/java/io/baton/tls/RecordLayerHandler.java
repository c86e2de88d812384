package io.baton.tls;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CoalescingBufferQueue;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.EOFException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * An established TLS connection: plain bytes above, records below. Event loop only.
 *
 * <ul>
 *   <li>close_notify from the other side is the end of its input ({@link ChannelInputShutdownEvent}); without half-closure the channel is
 *       closed.
 *   <li>An end of the stream without it may be cut short by anyone: an {@link EOFException} goes up the pipeline instead.
 *   <li>{@code close} says close_notify, unless SO_LINGER is 0: then the other side must not take what it has for all there is.
 *   <li>A record that does not authenticate, or is none that belongs here, is answered with a fatal alert, and the channel closed.
 * </ul>
 *
 * <p>To move it: {@link #seal}, deregister the channel, {@link #export}; then either {@link #resume} or close the channel's fd. Between
 * export and resume nothing is read, written or sealed.
 */
public final class RecordLayerHandler extends ChannelDuplexHandler {
    /** The handler's name in a pipeline. */
    public static final String NAME = "tls";

    /** Sealed at once at most, so that the outbound buffer is not all one piece. */
    private static final int MAX_BATCH = 4 * RecordHeader.MAX_PLAINTEXT;

    private final RecordLayer records;
    private final TlsSession session;
    private final boolean server;
    private byte[] unsent;
    private ByteBuf cumulation;
    private @Nullable ChannelHandlerContext context;
    private @Nullable CoalescingBufferQueue queue;
    private boolean decoding;
    private boolean firedRead;
    private boolean endedInput;
    private boolean failed;

    /**
     * @param undecrypted what came before this handler did; taken over
     * @param unsent records that are to be written before any other
     */
    RecordLayerHandler(RecordLayer records, TlsSession session, boolean server, ByteBuf undecrypted, byte[] unsent) {
        this.records = requireNonNull(records, "records is null");
        this.session = requireNonNull(session, "session is null");
        this.server = server;
        this.cumulation = undecrypted;
        this.unsent = unsent;
    }

    /** What was agreed on. Any thread. */
    public TlsSession session() {
        return session;
    }

    RecordLayer records() {
        return records;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        queue = new CoalescingBufferQueue(ctx.channel(), 4, true);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        queue().releaseAndFailAll(ctx, new SSLException("the record layer was removed"));
        discard();
    }

    /**
     * To be called once the application's handlers stand behind this one: {@link #startOutput}, then {@link #startInput}; for an application
     * that has something of its own to restore between the two.
     */
    public void start() {
        startOutput();
        startInput();
    }

    /** What an earlier owner had made records of and not sent goes out; before anything else is written. */
    public void startOutput() {
        if (unsent.length > 0) {
            var _ = context().writeAndFlush(Unpooled.wrappedBuffer(unsent));
            unsent = new byte[0];
        }
    }

    /** What an earlier owner had read and not opened is delivered, when all of a record is there. */
    public void startInput() {
        ChannelHandlerContext ctx = context();
        decode(ctx);
        channelReadComplete(ctx);
    }

    /** For one that came from another process and is not used after all, or was in a pipeline that never began. Idempotent. */
    public void discard() {
        records.close();
        cumulation.release();
        cumulation = Unpooled.EMPTY_BUFFER;
    }

    // --- in

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            ctx.fireChannelRead(message);
            return;
        }
        if (records.receivedClose() || failed) {
            bytes.release(); // nothing that comes behind the end counts
            return;
        }
        if (cumulation.isReadable()) {
            ByteBuf both = ctx.alloc().buffer(cumulation.readableBytes() + bytes.readableBytes());
            both.writeBytes(cumulation).writeBytes(bytes);
            bytes.release();
            cumulation.release();
            cumulation = both;
        } else {
            cumulation.release();
            cumulation = bytes;
        }
        decode(ctx);
    }

    private void decode(ChannelHandlerContext ctx) {
        if (decoding) {
            return;
        }
        decoding = true;
        try {
            decodeAll(ctx);
        } catch (SSLException e) {
            fail(ctx, e);
        } finally {
            decoding = false;
            compact(ctx);
        }
        if (records.receivedClose()) {
            endInput(ctx);
        }
    }

    private void decodeAll(ChannelHandlerContext ctx) throws SSLException {
        while (!records.receivedClose()
                && !failed
                && !records.isStopped()
                && cumulation.readableBytes() >= RecordHeader.BYTES) {
            RecordHeader header = RecordHeader.read(
                    cumulation, cumulation.readerIndex(), records.suite().version());
            if (cumulation.readableBytes() < header.recordBytes()) {
                return;
            }
            ByteBuf content = records.open(cumulation, header, ctx.alloc());
            if (content != null) {
                firedRead = true;
                ctx.fireChannelRead(content);
            }
        }
    }

    /** What is kept is less than a record, and does not keep a large buffer of the transport's. */
    private void compact(ChannelHandlerContext ctx) {
        if (!cumulation.isReadable()) {
            cumulation.release();
            cumulation = Unpooled.EMPTY_BUFFER;
        } else if (cumulation.readerIndex() > 0) {
            ByteBuf rest = ctx.alloc().heapBuffer(cumulation.readableBytes());
            rest.writeBytes(cumulation);
            cumulation.release();
            cumulation = rest;
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        boolean fired = firedRead;
        firedRead = false;
        if (records.updateOwed() && ctx.channel().isWritable() && !records.isStopped() && !failed) {
            ByteBuf out = ctx.alloc().directBuffer(records.sealedBytes(0));
            records.updateWhenDue(out);
            var _ = ctx.writeAndFlush(out);
        }
        ctx.fireChannelReadComplete();
        if (!fired && !ctx.channel().config().isAutoRead() && !endedInput) {
            ctx.read(); // whoever asked for something to read got nothing yet
        }
    }

    private void endInput(ChannelHandlerContext ctx) {
        if (endedInput) {
            return;
        }
        endedInput = true;
        if (Boolean.TRUE.equals(ctx.channel().config().getOption(ChannelOption.ALLOW_HALF_CLOSURE))) {
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        } else {
            var _ = ctx.channel().close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!endedInput) {
            endedInput = true;
            ctx.fireExceptionCaught(cutShort());
        }
        ctx.fireChannelInactive();
    }

    private static EOFException cutShort() {
        return new EOFException("the connection ended without close_notify");
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            if (!endedInput && !failed) {
                endedInput = true;
                ctx.fireExceptionCaught(cutShort());
            }
            return;
        }
        ctx.fireUserEventTriggered(event);
    }

    /** The other side is told why, as far as that is ours to tell. */
    private void fail(ChannelHandlerContext ctx, SSLException why) {
        failed = true;
        endedInput = true;
        if (why instanceof TlsAlertException bad && !records.isStopped()) {
            ByteBuf out = ctx.alloc().directBuffer(2 * records.sealedBytes(0));
            records.sealAlert(bad.alert(), out);
            var _ = ctx.writeAndFlush(out);
        }
        queue().releaseAndFailAll(ctx, why);
        ctx.fireExceptionCaught(why);
        TlsEnd.closeBelow(ctx, ctx.newPromise());
    }

    // --- out

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf plain)) {
            ReferenceCountUtil.release(message);
            promise.setFailure(new UnsupportedOperationException(
                    "%s is written to a TLS connection, expected bytes".formatted(message.getClass())));
        } else if (failed || records.sentClose()) {
            plain.release();
            promise.setFailure(new SSLException("data after the end of the connection"));
        } else {
            queue().add(plain, promise);
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        if (!records.isStopped()) {
            sealQueue(ctx);
            ctx.flush();
        }
    }

    private void sealQueue(ChannelHandlerContext ctx) {
        CoalescingBufferQueue pending = queue();
        while (!pending.isEmpty()) {
            ChannelPromise promise = ctx.newPromise();
            ByteBuf plain = pending.remove(MAX_BATCH, promise);
            ByteBuf out = ctx.alloc().directBuffer(records.sealedBytes(plain.readableBytes()));
            try {
                records.seal(plain, out);
            } finally {
                plain.release();
            }
            var _ = ctx.write(out, promise);
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        endedInput = true;
        Integer linger = ctx.channel().config().getOption(ChannelOption.SO_LINGER);
        if (failed || records.isStopped() || !ctx.channel().isActive() || (linger != null && linger == 0)) {
            var _ = ctx.close(promise);
            return;
        }
        ChannelFuture sent = closeNotify(ctx);
        if (sent.isDone()) {
            var _ = ctx.close(promise);
        } else {
            TlsEnd.closeBelow(ctx, promise);
        }
    }

    /** Says that nothing more comes from us, and then half-closes the connection. */
    ChannelFuture shutdownOutput() {
        ChannelHandlerContext ctx = context();
        ChannelPromise promise = ctx.newPromise();
        var _ = closeNotify(ctx).addListener(_ -> {
            var _ = TlsEnd.halfClose(ctx.channel(), promise);
        });
        return promise;
    }

    /** Behind everything that was written before. */
    private ChannelFuture closeNotify(ChannelHandlerContext ctx) {
        if (failed || records.isStopped() || records.sentClose()) {
            return ctx.newSucceededFuture();
        }
        sealQueue(ctx);
        ByteBuf out = ctx.alloc().directBuffer(2 * records.sealedBytes(0));
        records.sealAlert(Alert.CLOSE_NOTIFY, out);
        return ctx.writeAndFlush(out);
    }

    // --- moving

    /** Makes records of what is written and not sealed yet, and lets them go: the first step of moving. */
    public void seal() {
        flush(context());
    }

    /** Whether it could move now: it has not failed, and no more than {@code mostUnsent} bytes wait to be sent. */
    public boolean isMovable(long mostUnsent) {
        return !failed
                && !decoding
                && !records.isStopped()
                && UnsentBytes.of(context().channel()) <= Math.min(mostUnsent, TlsSnapshot.MAX_UNSENT);
    }

    /**
     * All of the connection that is not in its socket, unsent records included; from now on nothing is sealed here. The channel must have
     * left its event loop's epoll before, or it could still send what this says is unsent.
     *
     * @return secret: whoever has it has the connection. To be overwritten after use
     */
    public byte[] export() {
        try (TlsSnapshot snapshot = snapshot()) {
            return TlsSnapshotCodec.encode(snapshot);
        }
    }

    TlsSnapshot snapshot() {
        ChannelHandlerContext ctx = context();
        sealQueue(ctx);
        records.stop();
        byte[] undecrypted = new byte[cumulation.readableBytes()];
        cumulation.getBytes(cumulation.readerIndex(), undecrypted);
        RecordProtection read = records.read();
        RecordProtection write = records.write();
        return new TlsSnapshot(
                server,
                records.suite(),
                read.secret().copy(),
                read.sequence(),
                write.secret().copy(),
                write.sequence(),
                records.updateOwed(),
                records.receivedClose(),
                records.sentClose(),
                records.messages().head(),
                records.messages().toSkip(),
                undecrypted,
                UnsentBytes.copyOf(ctx.channel()),
                session);
    }

    /**
     * The connection stays: goes on as if {@link #export} had never been called. Only when it is certain that no other process has taken
     * it, or two would write with the same keys and numbers. The channel must be back in its epoll.
     */
    public void resume() {
        records.goOn();
        ChannelHandlerContext ctx = context();
        decode(ctx);
        flush(ctx);
    }

    private ChannelHandlerContext context() {
        return requireNonNull(context, "the record layer is in no pipeline");
    }

    private CoalescingBufferQueue queue() {
        return requireNonNull(queue, "the record layer is in no pipeline");
    }
}
