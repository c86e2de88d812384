package io.baton.http;

import io.baton.posix.SocketAddress;
import io.baton.tls.RecordLayerHandler;
import io.baton.tls.TlsClient;
import io.baton.tls.TlsEnd;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection to an endpoint: at work for one exchange, or idle in the pool. Event loop only. */
// Netty's futures are not waited for: what fails comes as an event of the channel.
@SuppressWarnings("FutureReturnValueIgnored")
final class UpstreamConnection extends ChannelInboundHandlerAdapter
        implements UpstreamSide, ResponseDecoder.Owner, Connector.Connecting {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamConnection.class);

    private final Worker worker;
    private final UpstreamCluster cluster;
    private final SocketAddress address;
    private final Channel channel;
    private final Deadline deadline = new Deadline(this::close);
    private final RequestEncoder encoder = new RequestEncoder();
    private final ResponseDecoder decoder = new ResponseDecoder(this);
    private @Nullable Exchange exchange;
    private boolean established;
    private boolean reading = true;
    private boolean failed;

    /** One that another process made may speak TLS otherwise than the next one would: it is then not kept for it. */
    private boolean keepable = true;

    private boolean tunnel;
    private long idleSinceNanos;

    UpstreamConnection(Worker worker, UpstreamCluster cluster, SocketAddress address, Channel channel) {
        this.worker = worker;
        this.cluster = cluster;
        this.address = address;
        this.channel = channel;
    }

    @Override
    public void addTo(ChannelPipeline pipeline) {
        pipeline.addLast(decoder, encoder, this);
    }

    /** Made by another process: it works for {@code user} there already. */
    void restore(Exchange user, HttpLimits limits, boolean tunnelled, Optional<RecordLayerHandler> tls) {
        keepable = tls.isPresent() == tls().isPresent();
        tls.ifPresent(records -> channel.pipeline().addLast(RecordLayerHandler.NAME, records));
        use(user, limits);
        established = true;
        if (tunnelled) {
            tunnel = true;
            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            channel.pipeline().addLast(this);
        } else {
            addTo(channel.pipeline());
        }
        worker.shared().observer().upstreamRestored(cluster.name(), address);
    }

    /** Begins to listen to what comes; one that the endpoint has reset meanwhile does not, and says so when it goes on. */
    void begin() {
        if (channel.isActive()) {
            worker.loop().register(channel); // its own loop: done at once
        }
    }

    /** What the other process had written and not sent is sent first. */
    void restoreOutput(ExchangeSnapshot snapshot) throws Exception {
        if (channel.isRegistered()) {
            Secured.records(channel).ifPresent(RecordLayerHandler::startOutput);
        }
        if (snapshot.unsent().length > 0) {
            write(Unpooled.wrappedBuffer(snapshot.unsent()), !tunnel);
        }
        if (snapshot.request().within()) {
            encoder.restore(
                    channel.pipeline().context(encoder), snapshot.request().chunked());
        }
    }

    /** What it had read and not used is used, and what comes. */
    void goOn(ExchangeSnapshot snapshot) throws Exception {
        if (!channel.isRegistered()) {
            failed = true;
            Secured.records(channel).ifPresent(RecordLayerHandler::discard);
            channel.unsafe().closeForcibly();
            gone();
            return;
        }
        if (!tunnel) {
            decoder.restore(channel.pipeline().context(decoder), snapshot.response(), snapshot.unread());
        }
        Secured.records(channel).ifPresent(RecordLayerHandler::startInput);
        channel.flush();
    }

    /** Past the encoder, if there is one: they are encoded. */
    private void write(ByteBuf bytes, boolean encoded) {
        if (encoded) {
            var _ = channel.pipeline().context(encoder).write(bytes);
        } else {
            write(bytes);
        }
    }

    Channel channel() {
        return channel;
    }

    /** Where in the response its decoder is. */
    BodyPlace place() {
        return decoder.place();
    }

    /** What came of the response and was not decoded. */
    byte[] copyUnread() {
        return decoder.copyUnread();
    }

    /** Another process has it. */
    void moved() {
        exchange = null;
        gone();
    }

    SocketAddress address() {
        return address;
    }

    /** How it speaks TLS; empty: not at all. */
    Optional<TlsClient> tls() {
        return cluster.tls(address);
    }

    Deadline deadline() {
        return deadline;
    }

    long idleNanos() {
        return System.nanoTime() - idleSinceNanos;
    }

    /** Whether reading or writing failed: its end is then not the end of what it sent. */
    @Override
    public boolean failed() {
        return failed;
    }

    /** From now on it works for {@code user}. */
    void use(Exchange user, HttpLimits limits) {
        exchange = user;
        decoder.expect(user.terms(), limits);
    }

    @Override
    public boolean isUsed() {
        return exchange != null;
    }

    /** Whether any byte of the response came. */
    @Override
    public boolean responseBegun() {
        return decoder.begun();
    }

    @Override
    public boolean isUsedBy(Exchange user) {
        return exchange == user;
    }

    /** It works for nobody any more, and is kept for the next when it can be. */
    @Override
    public void release(boolean reusable) {
        exchange = null;
        if (reusable && keepable && channel.isActive() && !decoder.hasUnread()) {
            idleSinceNanos = System.nanoTime();
            setReading(true);
            worker.pool().give(this, cluster.pool());
        } else {
            close();
        }
    }

    @Override
    public void close() {
        if (channel.isRegistered()) {
            channel.close();
        } else {
            channel.unsafe().closeForcibly(); // it came from another process, and nothing was begun
        }
    }

    /** Queues a part of a message, or in a tunnel bytes, and takes them over; what cannot be written comes back as the connection's end. */
    @Override
    public void write(Object part) {
        channel.write(part, channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public long unsentBytes() {
        var buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    @Override
    public void setReading(boolean wanted) {
        if (reading != wanted) {
            reading = wanted;
            channel.config().setAutoRead(wanted);
        }
    }

    /** From now on bytes are written to it. */
    void writesBytes() {
        channel.pipeline().remove(encoder);
    }

    /** From now on bytes are read from it, those first that came behind the last message; and its end of stream is not its end. */
    void readsBytes() {
        tunnel = true;
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().remove(decoder);
    }

    void shutdownOutput() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> TlsEnd.shutdownOutput(channel));
    }

    @Override
    public void connected() {
        established = true;
        worker.shared().observer().upstreamOpened(cluster.name(), address);
        Exchange user = exchange;
        if (user == null) {
            close();
        } else {
            user.connected(this, false);
        }
    }

    @Override
    public void connectFailed(String reason) {
        Exchange user = exchange;
        exchange = null;
        close();
        if (user != null) {
            user.connectFailed(reason);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Exchange user = exchange;
        if (user == null) {
            ReferenceCountUtil.release(message);
            close();
        } else if (message instanceof ByteBuf in) {
            user.tunnelResponse(in);
        } else {
            user.responsePart(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        Exchange user = exchange;
        if (user != null) {
            user.flushResponse();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        Exchange user = exchange;
        if (user != null) {
            user.upstreamWritable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        Exchange user = exchange;
        if (user != null && event == ChannelInputShutdownEvent.INSTANCE) {
            user.upstreamHalfClosed();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        gone();
    }

    private void gone() {
        worker.deadlines().remove(deadline);
        worker.pool().remove(this);
        if (established) {
            established = false;
            worker.shared().observer().upstreamClosed(cluster.name(), address);
        }
        Exchange user = exchange;
        if (user != null) {
            exchange = null;
            user.upstreamClosed();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failed = true;
        if (!(cause instanceof java.io.IOException)) {
            LOG.error("upstream {}: {}; the connection is closed", address, cause.getMessage(), cause);
            close();
        } else if (tunnel) {
            close(); // with half-closure, Netty takes a reset for an end of input only
        }
    }
}
