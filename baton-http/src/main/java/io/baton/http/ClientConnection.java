package io.baton.http;

import io.baton.posix.SocketAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client's connection: its requests one after the other, each an {@link Exchange}. Event loop only. */
// Netty's futures are not waited for: what fails comes as an event of the channel.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientConnection extends ChannelInboundHandlerAdapter implements Sink {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    /** What a lingering connection's client may still send before it is reset after all. */
    private static final int MAX_DISCARDED = 16 << 20;

    private enum State {
        /** Between requests. */
        IDLE,
        /** A head is coming. */
        HEAD,
        EXCHANGE,
        /** The last response is on its way, or out and the client's end awaited: what comes is dropped. */
        LINGERING,
        CLOSED
    }

    private final Worker worker;
    private final Listening listening;
    private final Channel channel;
    private final long id;
    private final ClientFacts facts;
    private final Deadline deadline = new Deadline(this::onDeadline);
    private final HeadInput headInput = new HeadInput();
    private State state = State.IDLE;
    private @Nullable Exchange exchange;
    private @Nullable ExchangeRecord record;
    private @Nullable ByteBuf held;
    private boolean inputEnded;
    private boolean reading = true;
    private boolean processing;

    /** Between a read and the end of reading, when what was written upstream is flushed. */
    private boolean inRead;

    private long requests;
    private long discarded;

    ClientConnection(Worker worker, Listening listening, Channel channel) {
        this.worker = worker;
        this.listening = listening;
        this.channel = channel;
        this.id = worker.shared().nextConnectionId();
        SocketAddress client = NettyAddresses.fromNetty(channel.remoteAddress());
        this.facts = new ClientFacts(client, NettyAddresses.fromNetty(channel.localAddress()));
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

    Channel channel() {
        return channel;
    }

    long id() {
        return id;
    }

    boolean inputEnded() {
        return inputEnded;
    }

    // --- what the channel says

    @Override
    public void channelActive(ChannelHandlerContext context) {
        worker.opened(this);
        worker.shared().admission().opened();
        listening.opened();
        worker.shared().observer().connectionOpened(listening.name(), facts.address());
        arm(listening.timeouts().idle().toNanos());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        switch (state) {
            case IDLE, HEAD, EXCHANGE -> {
                inRead = true;
                held = Buffers.join(held, in, channel.alloc());
                process();
            }
            case LINGERING -> {
                discarded += in.readableBytes();
                in.release();
                if (discarded > MAX_DISCARDED) {
                    channel.close();
                }
            }
            case CLOSED -> in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        inRead = false;
        Exchange current = exchange;
        if (current != null) {
            current.flushRequest();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        Exchange current = exchange;
        if (current != null) {
            current.clientWritable();
        }
        process();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            inputEnded = true;
            if (state == State.LINGERING) {
                closeWhenFlushed();
            } else {
                process();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        state = State.CLOSED;
        Exchange current = exchange;
        if (current != null) {
            exchange = null;
            current.clientGone(HttpOutcome.CLIENT_CLOSED);
        } else {
            reportUnfinished(HttpOutcome.CLIENT_CLOSED);
        }
        dropHeld();
        worker.deadlines().remove(deadline);
        worker.closed(this);
        listening.closed();
        worker.shared().observer().connectionClosed(listening.name(), requests);
        worker.shared().admission().closed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof java.io.IOException)) {
            LOG.error("client {}: {}; the connection is closed", facts.address(), cause.getMessage(), cause);
        }
        channel.close(); // with half-closure, Netty takes a reset for an end of input only
    }

    // --- requests

    /** Goes on with what is held; not in itself, however many requests are held. */
    private void process() {
        if (processing) {
            return;
        }
        processing = true;
        try {
            boolean more = true;
            while (more) {
                more = switch (state) {
                    case IDLE, HEAD -> nextRequest();
                    case EXCHANGE -> passBody();
                    case LINGERING, CLOSED -> {
                        dropHeld();
                        yield false;
                    }
                };
            }
        } finally {
            processing = false;
        }
        Exchange current = exchange;
        if (current != null) {
            if (inputEnded && held == null) {
                current.clientEnded();
            }
            if (!inRead) {
                current.flushRequest();
            }
        }
        updateReading();
    }

    /** Starts the next request when its head is there; returns whether there may be more to do. */
    private boolean nextRequest() {
        ByteBuf in = held;
        if (in == null || !channel.isWritable()) {
            if (in == null && inputEnded) {
                state = State.LINGERING;
                closeWhenFlushed();
            }
            return false;
        }
        try {
            int length = headInput.find(in, worker, listening.limits(), true);
            if (length >= 0) {
                worker.request().parse(worker.scratch(length), length, listening.limits());
                in.skipBytes(length);
                begin(length);
                return true;
            }
        } catch (BadMessage e) {
            refuse(e);
            return true;
        }
        held = Buffers.unlessEmpty(in);
        if (inputEnded) {
            state = State.LINGERING;
            closeWhenFlushed();
        } else if (held != null && state == State.IDLE) {
            state = State.HEAD;
            record = new ExchangeRecord(listening);
            arm(listening.timeouts().requestHead().toNanos());
        }
        return false;
    }

    private void begin(int headLength) {
        ExchangeRecord noted = record == null ? new ExchangeRecord(listening) : record;
        record = null;
        noted.received(headLength);
        noted.request(worker.request());
        state = State.EXCHANGE;
        requests++;
        Exchange started = new Exchange(this, noted, worker.request());
        exchange = started;
        started.start(worker.request());
    }

    /** Lets the exchange have what is held; returns whether it is over and there may be another. */
    // Buffers with the same bytes are equal; here it matters whether it still is this one.
    @SuppressWarnings("ReferenceEquality")
    private boolean passBody() {
        Exchange current = exchange;
        ByteBuf in = held;
        if (current == null || in == null) {
            return false;
        }
        current.requestBytes(in);
        if (held == in) {
            held = Buffers.unlessEmpty(in);
        }
        return exchange != current;
    }

    /** What came is no request we take: says so, and closes. */
    private void refuse(BadMessage bad) {
        ExchangeRecord noted = record == null ? new ExchangeRecord(listening) : record;
        record = null;
        requests++;
        noted.received(held == null ? 0 : held.readableBytes());
        noted.status(bad.status());
        ByteBuf answer =
                LocalAnswer.of(channel.alloc(), bad.status(), bad.reason(), false, ResponseWriter.Connection.CLOSE);
        noted.sent(answer.readableBytes());
        write(answer);
        noted.report(facts, id, worker.shared().observer(), HttpOutcome.REFUSED);
        linger();
    }

    /** A request of which not even the head came whole. */
    private void reportUnfinished(HttpOutcome outcome) {
        ExchangeRecord noted = record;
        if (noted != null) {
            record = null;
            requests++;
            noted.received(held == null ? 0 : held.readableBytes());
            noted.report(facts, id, worker.shared().observer(), outcome);
        }
    }

    // --- what the exchange asks for

    /** Queues bytes; what cannot be written comes back as the connection's end. */
    @Override
    public void write(ByteBuf part) {
        channel.write(part, channel.voidPromise());
    }

    void flush() {
        channel.flush();
    }

    boolean isWritable() {
        return channel.isWritable();
    }

    long unsentBytes() {
        var buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    void arm(long nanos) {
        worker.deadlines().set(deadline, nanos);
    }

    void disarm() {
        worker.deadlines().clear(deadline);
    }

    /** There may be something for the exchange in what is held. */
    void resumeRequest() {
        process();
    }

    /** The exchange is over and the connection is good for another. */
    void exchangeEnded() {
        exchange = null;
        state = State.IDLE;
        arm(listening.timeouts().idle().toNanos());
        process();
    }

    /**
     * The exchange is over, and the connection ends after what has been written.
     *
     * @param askedFor whether the client said that it sends nothing more, and did not
     */
    void exchangeEndedLast(boolean askedFor) {
        exchange = null;
        if (askedFor && (held == null || !held.isReadable())) {
            state = State.LINGERING;
            closeWhenFlushed();
        } else {
            linger();
        }
    }

    /** The exchange is over, and the client must not take what it got for all of it: RST. */
    void exchangeBroken() {
        exchange = null;
        reset();
    }

    private void reset() {
        state = State.LINGERING;
        if (channel.config() instanceof io.netty.channel.socket.SocketChannelConfig config && channel.isOpen()) {
            config.setSoLinger(0);
        }
        channel.close();
    }

    /**
     * Closes so that the last response arrives: an RST, which the kernel sends for bytes that come after close(2), could make the client's
     * kernel drop it. So: what is written goes out, then FIN, then what the client still sends is dropped until it closes, too.
     */
    private void linger() {
        state = State.LINGERING;
        dropHeld();
        updateReading();
        arm(listening.timeouts().stream().toNanos());
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(this::shutdown);
    }

    private void shutdown(io.netty.util.concurrent.Future<?> flushed) {
        if (inputEnded || !flushed.isSuccess()) {
            channel.close();
        } else if (channel.isActive()) {
            arm(listening.timeouts().linger().toNanos());
            ((DuplexChannel) channel).shutdownOutput();
        }
    }

    /** For a tunnel: the upstream says nothing more. */
    void shutdownOutput() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> ((DuplexChannel) channel).shutdownOutput());
    }

    private void closeWhenFlushed() {
        ChannelFuture flushed = channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
        if (flushed.isDone()) {
            channel.close();
        } else {
            arm(listening.timeouts().stream().toNanos());
            flushed.addListener(_ -> channel.close());
        }
    }

    private void updateReading() {
        boolean wanted = wantsToRead();
        if (reading != wanted && state != State.CLOSED) {
            reading = wanted;
            channel.config().setAutoRead(wanted);
        }
    }

    private boolean wantsToRead() {
        return switch (state) {
            // What is held is the start of a head; or whole requests, which wait until the client has read its
            // responses.
            case IDLE, HEAD -> held == null || channel.isWritable();
            case EXCHANGE -> {
                Exchange current = exchange;
                yield held == null && (current == null || current.wantsRequestBytes());
            }
            case LINGERING -> true;
            case CLOSED -> false;
        };
    }

    private void dropHeld() {
        if (held != null) {
            held.release();
            held = null;
        }
    }

    // --- time, and the end

    private void onDeadline() {
        switch (state) {
            case IDLE -> endIdle();
            case HEAD -> {
                reportTimeout();
                linger();
            }
            case EXCHANGE -> {
                Exchange current = exchange;
                if (current != null) {
                    current.onDeadline();
                }
            }
            case LINGERING -> reset();
            case CLOSED -> {}
        }
    }

    private void reportTimeout() {
        ExchangeRecord noted = record;
        if (noted != null) {
            ByteBuf answer = LocalAnswer.of(
                    channel.alloc(),
                    408,
                    "the request's head did not come in time",
                    false,
                    ResponseWriter.Connection.CLOSE);
            noted.status(408);
            noted.sent(answer.readableBytes());
            write(answer);
            reportUnfinished(HttpOutcome.CLIENT_TIMEOUT);
        }
    }

    /**
     * The end of a connection that was not used for long. A request may be on its way to us at this very moment, and no server can help
     * that. What it can do: the deadlines are looked at after the sockets, so nothing that had come is overlooked; and it closes one
     * direction only, so that the client sees a clean end before any reset and can tell that its request was never begun.
     */
    private void endIdle() {
        linger();
    }

    /** The proxy closes. */
    void cut() {
        Exchange current = exchange;
        if (current != null) {
            exchange = null;
            current.clientGone(HttpOutcome.CUT);
        } else {
            reportUnfinished(HttpOutcome.CUT);
        }
        channel.close();
    }
}
