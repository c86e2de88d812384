package io.baton.http;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One client's connection: its requests one after the other, each an {@link Exchange}. Event loop only. */
final class ClientConnection implements ClientSide, RequestDecoder.Owner {
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
    private final ClientOrigin origin;
    private final Deadline deadline = new Deadline(this::onDeadline);
    private final ClientInput input;
    private final ClientOutput output;
    private final ClientEnd end;
    private final ClientMove move;
    private final ClientCensus census;
    private final HeadAtHand head;
    private final ClientHandler handler = new ClientHandler(this);
    private State state = State.IDLE;
    private @Nullable Exchange exchange;

    /** Between a read and the end of reading, when what was written upstream is flushed. */
    private boolean inRead;

    ClientConnection(Worker worker, Listening listening, Channel channel, ClientOrigin origin) {
        this.worker = worker;
        this.listening = listening;
        this.channel = channel;
        this.origin = origin;
        this.input = new ClientInput(channel, new RequestDecoder(this, listening.limits()));
        this.output = new ClientOutput(channel);
        this.end = new ClientEnd(this, channel, listening.timeouts());
        this.head = new HeadAtHand(this);
        this.move = new ClientMove(this);
        this.census = new ClientCensus(this);
    }

    /** One that another process accepted. It begins nothing before {@link ClientMove#goOn}. */
    ClientConnection(Worker worker, Listening listening, Channel channel, ConnectionSnapshot snapshot, boolean secure) {
        this(worker, listening, channel, ClientOrigin.restored(snapshot, secure));
        head.restore(snapshot.requests());
        move.freeze();
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
            head.restore(noted);
        }
    }

    void addTo(ChannelPipeline pipeline) {
        if (input.isBytes()) {
            pipeline.addLast(handler);
        } else {
            pipeline.addLast(input.decoder(), output.encoder(), handler);
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
        return origin.facts();
    }

    @Override
    public long id() {
        return origin.id();
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

    void active() {
        census.opened(origin);
        if (!origin.restored()) {
            arm(listening.timeouts().idle().toNanos());
            if (origin.http2()) {
                beginHttp2();
            } else {
                listening.listener().router().tunnel().ifPresent(this::tunnelTo);
            }
        }
    }

    @Override
    public boolean takesInput() {
        return !move.isFrozen()
                && switch (state) {
                    case IDLE, HEAD -> output.isWritable();
                    case EXCHANGE -> exchange != null && exchange.takesRequest();
                    case LINGERING, CLOSED -> false;
                };
    }

    /** Takes over a part of a message, or bytes. */
    void read(Object message) {
        switch (state) {
            case IDLE, HEAD, EXCHANGE -> part(message);
            case LINGERING, CLOSED -> end.discard(message);
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

    void readComplete() {
        inRead = false;
        Exchange current = exchange;
        if (current != null) {
            current.flushRequest();
        }
    }

    void writabilityChanged() {
        Exchange current = exchange;
        if (current != null) {
            current.clientWritable();
        }
        resumeRequest();
    }

    /** The client sends nothing more. */
    void inputEnded() {
        input.end();
        if (move.isFrozen()) {
            return; // it is looked at when it goes on
        }
        if (state == State.LINGERING) {
            end.closeWhenFlushed();
        } else {
            resumeRequest();
        }
    }

    /** Its end, whoever began it. */
    void gone() {
        state = State.CLOSED;
        Exchange current = exchange;
        if (current != null) {
            exchange = null;
            current.clientGone(HttpOutcome.CLIENT_CLOSED);
        } else {
            head.unfinished(HttpOutcome.CLIENT_CLOSED);
        }
        worker.deadlines().remove(deadline);
        census.closed();
    }

    @Override
    public boolean takesHttp2() {
        return head.requests() == 0
                && exchange == null
                && listening.listener().http2().priorKnowledge();
    }

    /** What was read and everything to come is HTTP/2: another handler takes this one's place. */
    @Override
    public void beginHttp2() {
        state = State.CLOSED;
        head.forget();
        worker.deadlines().remove(deadline);
        worker.closed(this);
        output.becomeBytes();
        channel.pipeline().remove(handler);
        Http2ClientConnection.follow(this, channel);
        input.becomeBytes();
    }

    // --- requests

    private void request(HttpRequest message) {
        CheckedRequest checked;
        try {
            checked = new CheckedRequest(message);
        } catch (BadMessage e) {
            ReferenceCountUtil.release(message);
            refuse(e);
            return;
        }
        ExchangeRecord noted = head.whole(checked);
        state = State.EXCHANGE;
        Exchange started = new Exchange(this, noted, checked);
        exchange = started;
        started.start(checked);
    }

    /** What came is no request we take: says so, and closes. */
    private void refuse(BadMessage bad) {
        head.refuse(bad);
        linger();
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
        if (move.isFrozen()) {
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
            head.begin();
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
        move.hold(worker.moves().holds(this));
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
                head.late();
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

    /** As if nothing were being read. */
    void resumeReading() {
        inRead = false;
        resumeRequest();
    }

    // --- to another process

    /** Whether a response is to say that the connection ends, because the proxy drains and the connection will not move. */
    @Override
    public boolean drainClose() {
        Shared shared = worker.shared();
        return shared.drainClose() && !(shared.source().willMove(move.keptInHandover) && Secured.isMovable(channel));
    }

    ClientMove move() {
        return move;
    }

    ClientCensus census() {
        return census;
    }

    HeadAtHand head() {
        return head;
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

    /** Another process has it: it is counted, and reported, there. */
    void moved() {
        state = State.CLOSED;
        Exchange current = exchange;
        if (current != null) {
            exchange = null;
            current.moved();
        }
        worker.deadlines().remove(deadline);
        census.moved();
    }

    /** The proxy closes. */
    void cut() {
        Exchange current = exchange;
        if (current != null) {
            exchange = null;
            current.clientGone(HttpOutcome.CUT);
        } else {
            head.unfinished(HttpOutcome.CUT);
        }
        end.close();
    }
}
