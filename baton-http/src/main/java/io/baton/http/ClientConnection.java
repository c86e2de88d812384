package io.baton.http;

import static java.util.Objects.requireNonNull;

import io.baton.http.Detachment.Belongings;
import io.baton.tls.RecordLayerHandler;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client's connection: its requests one after the other, each an {@link Exchange}. Event loop only. */
final class ClientConnection extends ChannelInboundHandlerAdapter implements ClientSide, RequestDecoder.Owner {
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
    private final boolean restored;
    private final long id;
    private final ClientFacts facts;

    /** Whether TLS has agreed on HTTP/2. */
    private final boolean http2;

    private final Deadline deadline = new Deadline(this::onDeadline);
    private final ClientInput input;
    private final ClientOutput output;
    private final ClientEnd end;
    private State state = State.IDLE;
    private @Nullable Exchange exchange;
    private @Nullable ExchangeRecord record;

    /** Between a read and the end of reading, when what was written upstream is flushed. */
    private boolean inRead;

    /** While it is given away, or about to be: no message is begun or gone on with. */
    private boolean frozen;

    private long requests;
    private long discarded;

    /** On its way to another process: until that is settled nobody thaws it, or two would serve it. */
    private boolean departed;

    /** Whether {@link Moves} has it in a queue. */
    boolean queued;

    /** The handover in which it was offered, or 0: when it comes back, it stays. */
    long keptInHandover;

    /** One that was accepted here, and is plain. */
    ClientConnection(Worker worker, Listening listening, Channel channel) {
        this(worker, listening, channel, worker.shared().nextConnectionId(), facts(channel, false), false, false);
    }

    /** One that was accepted here and speaks TLS. */
    static ClientConnection secured(Worker worker, Listening listening, Channel channel, boolean http2) {
        return new ClientConnection(
                worker, listening, channel, worker.shared().nextConnectionId(), facts(channel, true), false, http2);
    }

    private static ClientFacts facts(Channel channel, boolean secure) {
        return new ClientFacts(
                NettyAddresses.fromNetty(channel.remoteAddress()),
                NettyAddresses.fromNetty(channel.localAddress()),
                secure);
    }

    private ClientConnection(
            Worker worker,
            Listening listening,
            Channel channel,
            long id,
            ClientFacts facts,
            boolean restored,
            boolean http2) {
        this.worker = worker;
        this.listening = listening;
        this.channel = channel;
        this.restored = restored;
        this.http2 = http2;
        this.id = id;
        this.facts = facts;
        this.input = new ClientInput(channel, new RequestDecoder(this, listening.limits()));
        this.output = new ClientOutput(channel);
        this.end = new ClientEnd(this, channel, listening.timeouts());
    }

    /** One that another process accepted. It begins nothing before {@link #goOn(ConnectionSnapshot)}. */
    ClientConnection(Worker worker, Listening listening, Channel channel, ConnectionSnapshot snapshot, boolean secure) {
        this(
                worker,
                listening,
                channel,
                snapshot.id(),
                new ClientFacts(snapshot.client(), snapshot.local(), secure),
                true,
                false);
        requests = snapshot.requests();
        frozen = true;
        ExchangeRecord noted = snapshot.record()
                .map(request -> new ExchangeRecord(listening, request))
                .orElse(null);
        if (snapshot.exchange().isPresent()) {
            state = State.EXCHANGE;
            exchange = new Exchange(
                    this,
                    requireNonNull(noted, "an exchange has a record"),
                    snapshot.exchange().get());
            if (snapshot.tunnelled()) {
                input.restoreAsBytes();
            }
        } else if (noted != null) {
            state = State.HEAD;
            record = noted;
        }
    }

    void addTo(ChannelPipeline pipeline) {
        if (input.isBytes()) {
            pipeline.addLast(this);
        } else {
            pipeline.addLast(input.decoder(), output.encoder(), this);
        }
    }

    @Override
    public Worker worker() {
        return worker;
    }

    @Override
    public Listening listening() {
        return listening;
    }

    @Override
    public ClientFacts facts() {
        return facts;
    }

    @Override
    public long id() {
        return id;
    }

    ClientInput input() {
        return input;
    }

    Optional<Exchange> exchange() {
        return Optional.ofNullable(exchange);
    }

    @Override
    public long takeReceived() {
        return input.takeReceived();
    }

    @Override
    public ClientOutput output() {
        return output;
    }

    ClientEnd end() {
        return end;
    }

    // --- what the channel says

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (restored) {
            opened();
        } else {
            worker.opened(this);
            if (!facts.secure()) {
                worker.shared().admission().opened(); // for TLS it was when the handshake began
            }
            listening.opened();
            worker.shared().observer().connectionOpened(listening.name(), facts.address());
            arm(listening.timeouts().idle().toNanos());
            if (http2) {
                beginHttp2();
            } else {
                listening.listener().router().tunnel().ifPresent(this::tunnelTo);
            }
        }
    }

    /** One that another process accepted is counted; there is room for it. */
    void opened() {
        worker.opened(this);
        listening.restored();
        worker.shared().observer().connectionRestored(listening.name());
    }

    @Override
    public boolean takesInput() {
        return !frozen
                && switch (state) {
                    case IDLE, HEAD -> output.isWritable();
                    case EXCHANGE -> exchange != null && exchange.takesRequest();
                    case LINGERING, CLOSED -> false;
                };
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        switch (state) {
            case IDLE, HEAD, EXCHANGE -> part(message);
            case LINGERING, CLOSED -> {
                if (message instanceof ByteBuf bytes) {
                    discarded += bytes.readableBytes();
                }
                ReferenceCountUtil.release(message);
                if (discarded > MAX_DISCARDED) {
                    end.close();
                }
            }
        }
    }

    private void part(Object message) {
        Exchange current = exchange;
        switch (message) {
            case HttpRequest request -> request(request);
            case HttpContent part when current != null -> current.requestPart(part);
            case ByteBuf bytes when current != null -> current.tunnelRequest(bytes);
            case BadMessage bad when current != null -> current.fail(ExchangeFailure.ofRequest(bad));
            case BadMessage bad -> refuse(bad);
            default -> ReferenceCountUtil.release(message); // the end of a request that was answered at its head
        }
    }

    @Override
    public void beginRead() {
        inRead = true;
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
        resumeRequest();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            input.end();
            if (frozen) {
                return; // it is looked at when it goes on
            }
            if (state == State.LINGERING) {
                end.closeWhenFlushed();
            } else {
                resumeRequest();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        gone();
    }

    /** Its end, whoever began it. */
    void gone() {
        state = State.CLOSED;
        Exchange current = exchange;
        if (current != null) {
            exchange = null;
            current.clientGone(HttpOutcome.CLIENT_CLOSED);
        } else {
            reportUnfinished(HttpOutcome.CLIENT_CLOSED);
        }
        forget();
        worker.shared().observer().connectionClosed(listening.name(), requests);
        worker.shared().admission().closed();
    }

    private void forget() {
        worker.deadlines().remove(deadline);
        worker.closed(this);
        listening.closed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof java.io.IOException)) {
            LOG.error("client {}: {}; the connection is closed", facts.address(), cause.getMessage(), cause);
        }
        end.close(); // with half-closure, Netty takes a reset for an end of input only
    }

    @Override
    public boolean takesHttp2() {
        return requests == 0 && exchange == null && listening.listener().http2().priorKnowledge();
    }

    /** What was read and everything to come is HTTP/2: another handler takes this one's place. */
    @Override
    public void beginHttp2() {
        state = State.CLOSED;
        record = null;
        worker.deadlines().remove(deadline);
        worker.closed(this);
        output.becomeBytes();
        channel.pipeline().remove(this);
        Http2ClientConnection.follow(this, channel);
        input.becomeBytes();
    }

    // --- requests

    private void request(HttpRequest message) {
        ExchangeRecord noted = record == null ? new ExchangeRecord(listening) : record;
        CheckedRequest checked;
        try {
            checked = new CheckedRequest(message);
        } catch (BadMessage e) {
            ReferenceCountUtil.release(message);
            refuse(e);
            return;
        }
        record = null;
        noted.request(checked);
        state = State.EXCHANGE;
        requests++;
        Exchange started = new Exchange(this, noted, checked);
        exchange = started;
        started.start(checked);
    }

    /** All that comes goes to {@code cluster}. */
    private void tunnelTo(UpstreamCluster cluster) {
        ExchangeRecord noted = new ExchangeRecord(listening);
        noted.protocol(ExchangeRecord.BYTES);
        state = State.EXCHANGE;
        disarm();
        Exchange started = new Exchange(this, noted);
        exchange = started;
        started.startTunnel(cluster);
    }

    /** What came is no request we take: says so, and closes. */
    private void refuse(BadMessage bad) {
        ExchangeRecord noted = record == null ? new ExchangeRecord(listening) : record;
        record = null;
        requests++;
        noted.received(input.takeReceived() + input.unread());
        answerLast(noted, bad.status(), bad.reason());
        noted.report(facts, id, worker.shared().observer(), HttpOutcome.REFUSED);
        linger();
    }

    private void answerLast(ExchangeRecord noted, int status, String reason) {
        FullHttpResponse answer = LocalAnswer.of(status, reason, false, ConnectionHeader.CLOSE);
        noted.status(status);
        output.write(answer);
        noted.sent(output.takeSent());
    }

    /** A request of which not even the head came whole. */
    private void reportUnfinished(HttpOutcome outcome) {
        ExchangeRecord noted = record;
        if (noted != null) {
            record = null;
            requests++;
            noted.received(input.takeReceived() + input.unread());
            noted.report(facts, id, worker.shared().observer(), outcome);
        }
    }

    /** Goes on with what is held; not in itself, however many requests are held. */
    @Override
    public void resumeRequest() {
        input.resume();
        settle();
    }

    @Override
    public void settle() {
        if (input.decoder().isDecoding()) {
            return;
        }
        Exchange current = exchange;
        if (frozen) {
            input.setReading(input.unread() == 0);
            return;
        }
        if (current != null) {
            if (input.ended() && (input.unread() == 0 || current.takesRequest())) {
                current.clientEnded();
            }
            if (!inRead) {
                current.flushRequest();
            }
        } else if ((state == State.IDLE || state == State.HEAD) && (output.isWritable() || input.unread() == 0)) {
            betweenRequests();
        }
        updateReading();
    }

    private void betweenRequests() {
        if (input.ended()) {
            enterLingering();
            end.closeWhenFlushed();
        } else if (input.unread() > 0 && state == State.IDLE) {
            state = State.HEAD;
            record = new ExchangeRecord(listening);
            arm(listening.timeouts().requestHead().toNanos());
        }
    }

    private void updateReading() {
        Exchange current = exchange;
        boolean wanted = switch (state) {
            case IDLE, HEAD -> output.isWritable() || input.unread() == 0;
            case EXCHANGE -> current == null || current.wantsMore(input.unread());
            case LINGERING, CLOSED -> true;
        };
        input.setReading(wanted);
    }

    // --- what the exchange asks for

    @Override
    public void arm(long nanos) {
        worker.deadlines().set(deadline, nanos);
    }

    @Override
    public void disarm() {
        worker.deadlines().clear(deadline);
    }

    @Override
    public void exchangeEnded() {
        exchange = null;
        state = State.IDLE;
        arm(listening.timeouts().idle().toNanos());
        frozen = worker.moves().holds(this);
        resumeRequest();
    }

    @Override
    public void exchangeEndedLast(boolean askedFor) {
        exchange = null;
        if (askedFor && input.unread() == 0) {
            enterLingering();
            end.closeWhenFlushed();
        } else {
            linger();
        }
    }

    /** RST. */
    @Override
    public void exchangeBroken() {
        exchange = null;
        enterLingering();
        end.reset();
    }

    private void linger() {
        enterLingering();
        end.linger();
    }

    private void enterLingering() {
        state = State.LINGERING;
        input.becomeBytes();
        updateReading();
    }

    // --- time, and the end

    private void onDeadline() {
        switch (state) {
            case IDLE -> linger(); // see ClientEnd: a request may be on its way at this very moment
            case HEAD -> {
                ExchangeRecord noted = record;
                if (noted != null) {
                    answerLast(noted, 408, "the request's head did not come in time");
                    reportUnfinished(HttpOutcome.CLIENT_TIMEOUT);
                }
                linger();
            }
            case EXCHANGE -> {
                Exchange current = exchange;
                if (current != null) {
                    current.onDeadline();
                }
            }
            case LINGERING -> end.reset();
            case CLOSED -> {}
        }
    }

    // --- to another process

    /** Whether a response is to say that the connection ends, because the proxy drains and the connection will not move. */
    @Override
    public boolean drainClose() {
        Shared shared = worker.shared();
        return shared.drainClose() && !(shared.source().willMove(keptInHandover) && Secured.isMovable(channel));
    }

    boolean isOpen() {
        return state != State.CLOSED;
    }

    Channel channel() {
        return channel;
    }

    int fdNumber() {
        return ((UnixChannel) channel).fd().intValue();
    }

    Deadline deadline() {
        return deadline;
    }

    /** @param longNanos how long a request must have taken so that it moves in its middle */
    boolean canMove(long longNanos) {
        Exchange current = exchange;
        return switch (state) {
            case IDLE, HEAD -> !input.ended() && Secured.isMovable(channel);
            case EXCHANGE -> current != null && current.canMove(longNanos);
            case LINGERING, CLOSED -> false; // soon over
        };
    }

    Optional<Channel> movingUpstream() {
        Exchange current = exchange;
        return current == null ? Optional.empty() : Optional.of(current.moving().channel());
    }

    int fds() {
        return exchange == null ? 1 : 2;
    }

    void freeze() {
        frozen = true;
    }

    /** Goes on, unless it is on its way to another process. */
    void thaw() {
        if (frozen && !departed) {
            frozen = false;
            resumeRequest();
        }
    }

    boolean hasDeparted() {
        return departed;
    }

    /** It is frozen and detached, and offered to another process. */
    void depart() {
        departed = true;
    }

    /** That one did not take it. */
    void comeBack() {
        departed = false;
        thaw();
    }

    /** All there is to it; the same as long as it is frozen. */
    ConnectionSnapshot snapshot(long deadlineLeftNanos, Belongings own, Belongings upstreams) {
        Optional<Exchange> current = Optional.ofNullable(exchange);
        return new ConnectionSnapshot(
                id,
                listening.name(),
                facts.address(),
                facts.local(),
                requests,
                deadlineLeftNanos,
                input.copyUnread(),
                own.unsent(),
                own.tls(),
                current.map(Exchange::recordSnapshot)
                        .or(() -> Optional.ofNullable(record).map(ExchangeRecord::snapshot)),
                current.map(exchanging -> exchanging.snapshot(upstreams)));
    }

    /** What the other process had written and not sent is sent first. */
    void restoreOutput(ConnectionSnapshot snapshot) throws Exception {
        Secured.records(channel).ifPresent(RecordLayerHandler::startOutput);
        output.restore(
                snapshot.unsent(),
                snapshot.exchange().filter(at -> at.response().within()).map(ExchangeSnapshot::responseChunked));
    }

    /** What it had read and not used is used, and what comes. */
    void goOn(ConnectionSnapshot snapshot) throws Exception {
        Exchange current = exchange;
        if (current != null) {
            current.goneOn();
        }
        worker.deadlines().resume(deadline, snapshot.deadlineLeftNanos());
        frozen = false;
        if (!input.isBytes()) {
            input.decoder()
                    .restore(
                            snapshot.exchange().map(ExchangeSnapshot::request).orElse(BodyPlace.START),
                            snapshot.unread());
        }
        inRead = false;
        resumeRequest();
        Secured.records(channel).ifPresent(RecordLayerHandler::startInput);
    }

    /** Another process has it: it is counted, and reported, there. */
    void moved() {
        state = State.CLOSED;
        Exchange current = exchange;
        if (current != null) {
            exchange = null;
            current.moved();
        }
        forget();
        worker.shared().observer().connectionMoved(listening.name());
        worker.shared().admission().closed();
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
        end.close();
    }
}
