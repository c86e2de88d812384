package io.baton.tls;

import static javax.net.ssl.SSLEngineResult.HandshakeStatus.NEED_UNWRAP;

import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * One handshake, done by BoringSSL and ended by taking the connection away from it. Event loop only.
 *
 * <p>The engine gets one record at a time and says at once when it is done, so it has never seen a record that the application's keys protect.
 * What it writes with those keys itself - session tickets - is recognised by opening each of its records with them: so the number of the
 * next record to write is counted, not assumed.
 */
final class Handshake implements AutoCloseable {
    /** What one call of the engine may give: a record, and more than one small one. */
    static final int MAX_OUTPUT = 2 * RecordHeader.MAX_RECORD;

    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    /** The engine wants room for application data, of which it never gets to see any. */
    private static final FastThreadLocal<ByteBuffer> ROOM = new FastThreadLocal<>() {
        @Override
        protected ByteBuffer initialValue() {
            return ByteBuffer.allocateDirect(RecordHeader.MAX_RECORD);
        }
    };

    private static final int MAX_STEPS = 256;

    private final ReferenceCountedOpenSslEngine engine;
    private final KeyLog keyLog;
    private final HandshakeSecrets secrets;
    private final Aead.Factory aeads;
    private final boolean server;
    private final long ssl;
    private final RecordTrail received;
    private final RecordTrail sent;
    private @Nullable RecordProtection writing;

    /** @param engine owned from now on */
    Handshake(ReferenceCountedOpenSslEngine engine, KeyLog keyLog, boolean server, Aead.Factory aeads)
            throws SSLException {
        this.engine = engine;
        this.keyLog = keyLog;
        this.server = server;
        this.aeads = aeads;
        engine.beginHandshake();
        this.ssl = engine.sslPointer();
        this.secrets = keyLog.expect(ssl);
        this.received = new RecordTrail(!server);
        this.sent = new RecordTrail(server);
    }

    /**
     * Goes on with the records there are, until the handshake is done.
     *
     * @param in what came; what is left behind the handshake is not touched
     * @param out what is to be sent, also when this throws
     * @return whether it is done
     * @throws SSLException it failed
     */
    boolean take(ByteBuf in, ByteBuf out) throws SSLException {
        boolean done = step(NOTHING, out);
        while (!done && in.readableBytes() >= RecordHeader.BYTES) {
            RecordHeader header = RecordHeader.read(in, in.readerIndex(), TlsVersion.TLS_1_2);
            if (in.readableBytes() < header.recordBytes()) {
                break;
            }
            ByteBuf record = in.readSlice(header.recordBytes());
            received.record(record);
            done = step(record.nioBuffer(), out);
        }
        return done;
    }

    private boolean step(ByteBuffer record, ByteBuf out) throws SSLException {
        for (int step = 0; step < MAX_STEPS; step++) {
            HandshakeStatus status = switch (engine.getHandshakeStatus()) {
                case NEED_WRAP -> wrap(out);
                case NEED_TASK -> runTask();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    // Without anything to read too: only the call after a record tells that it was the last.
                    boolean more = record.hasRemaining();
                    HandshakeStatus after = unwrap(record);
                    yield after == NEED_UNWRAP && !more ? null : after;
                }
                case FINISHED, NOT_HANDSHAKING -> HandshakeStatus.FINISHED;
            };
            if (status == null) {
                return false;
            }
            if (status == HandshakeStatus.FINISHED) {
                return true;
            }
        }
        throw new SSLException("the handshake does not get on");
    }

    private @Nullable HandshakeStatus runTask() {
        Runnable task = engine.getDelegatedTask();
        if (task != null) {
            task.run();
        }
        return NEED_UNWRAP;
    }

    private HandshakeStatus unwrap(ByteBuffer record) throws SSLException {
        SSLEngineResult result = engine.unwrap(record, ROOM.get().clear());
        if (result.bytesProduced() > 0) {
            throw new SSLException("application data inside the handshake");
        }
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
            throw new SSLException("the other side closed the connection in its handshake");
        }
        return result.getHandshakeStatus();
    }

    private HandshakeStatus wrap(ByteBuf out) throws SSLException {
        out.ensureWritable(MAX_OUTPUT);
        ByteBuffer room = out.nioBuffer(out.writerIndex(), MAX_OUTPUT);
        SSLEngineResult result = engine.wrap(NOTHING, room);
        if (result.bytesProduced() > 0) {
            sent(out.slice(out.writerIndex(), result.bytesProduced()));
            out.writerIndex(out.writerIndex() + result.bytesProduced());
        }
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
            throw new SSLException("the handshake was ended");
        }
        return result.getHandshakeStatus();
    }

    /** What the engine still has to say after it failed: its alert. */
    void drain(ByteBuf out) {
        try {
            for (int step = 0; step < 4 && wrapped(out) > 0; step++) {}
        } catch (SSLException e) {
            // it has said it
        }
    }

    private int wrapped(ByteBuf out) throws SSLException {
        int before = out.writerIndex();
        wrap(out);
        return out.writerIndex() - before;
    }

    /** Counts what is protected by the application's keys already. */
    private void sent(ByteBuf bytes) throws SSLException {
        for (ByteBuf record : sent.records(bytes)) {
            sent.record(record);
            RecordProtection trial = writing();
            if (trial != null && record.getUnsignedByte(record.readerIndex()) == RecordHeader.APPLICATION_DATA) {
                isSealedWith(trial, record);
            }
            record.release();
        }
    }

    private static void isSealedWith(RecordProtection trial, ByteBuf record) {
        Scratch scratch = Scratch.ofThread();
        int length = record.readableBytes();
        record.getBytes(record.readerIndex(), scratch.in(), 0, length);
        try {
            RecordHeader header = new RecordHeader(RecordHeader.APPLICATION_DATA, length - RecordHeader.BYTES);
            trial.open(header, scratch.in(), 0, scratch.out(), 0);
        } catch (TlsAlertException e) {
            // of the handshake's keys: the sequence number has not moved
        }
    }

    private @Nullable RecordProtection writing() {
        RecordProtection known = writing;
        if (known != null) {
            return known;
        }
        Optional<Secret> secret = secrets.traffic(server);
        Optional<CipherSuite> suite = suite();
        if (secret.isEmpty() || suite.isEmpty() || !suite.get().isTls13()) {
            return null;
        }
        writing = new RecordProtection(suite.get(), secret.get().copy(), 0, aeads);
        return writing;
    }

    private Optional<CipherSuite> suite() {
        return (server ? sent : received).suite();
    }

    /**
     * Takes the connection away from the engine.
     *
     * @param out what the engine still had to say
     * @throws SSLException when it cannot be told with which keys and numbers the connection goes on
     */
    RecordLayer finish(ByteBuf out) throws SSLException {
        CipherSuite suite = suite().orElseThrow(() -> new SSLException("a cipher suite that was not offered"));
        RecordLayer records = suite.isTls13() ? finish13(suite, out) : finish12(suite);
        if (!sent.isComplete()) {
            throw new SSLException("the handshake ends inside a record");
        }
        return records;
    }

    private RecordLayer finish13(CipherSuite suite, ByteBuf out) throws SSLException {
        if (server) {
            flushTickets(out);
        }
        RecordProtection counted = writing();
        Secret read = secrets.traffic(!server).orElseThrow(Handshake::noSecrets).copy();
        if (counted == null) {
            throw noSecrets();
        }
        RecordProtection write = new RecordProtection(suite, counted.secret().copy(), counted.sequence(), aeads);
        return new RecordLayer(new RecordProtection(suite, read, 0, aeads), write, new PostHandshake(server));
    }

    /** BoringSSL keeps its tickets until the first write; its output buffer may be too small for all of them at once. */
    private void flushTickets(ByteBuf out) throws SSLException {
        for (int step = 0; step < MAX_STEPS; step++) {
            out.ensureWritable(1);
            int written = SSL.writeToSSL(ssl, out.memoryAddress(), 0);
            int drained = wrapped(out);
            if (written >= 0 && drained == 0) {
                return;
            }
            if (written < 0) {
                SSL.clearError();
            }
        }
        throw new SSLException("the tickets do not leave the TLS library");
    }

    private RecordLayer finish12(CipherSuite suite) throws SSLException {
        Secret master = secrets.master().orElseThrow(Handshake::noSecrets);
        KeySchedule.Pair keys = KeySchedule.tls12(suite, master, SSL.getClientRandom(ssl), SSL.getServerRandom(ssl));
        Secret read = server ? keys.client() : keys.server();
        Secret write = server ? keys.server() : keys.client();
        return new RecordLayer(
                new RecordProtection(suite, read, received.protectedRecords(), aeads),
                new RecordProtection(suite, write, sent.protectedRecords(), aeads),
                new PostHandshake(server));
    }

    private static SSLException noSecrets() {
        return new SSLException("the TLS library told no secrets");
    }

    /** After the handshake. */
    TlsSession session(Optional<String> serverName) throws SSLException {
        CipherSuite suite = suite().orElseThrow(Handshake::noSecrets);
        return new TlsSession(
                suite.version(),
                suite.name(),
                Optional.ofNullable(engine.getApplicationProtocol()).filter(name -> !name.isEmpty()),
                serverName,
                peerCertificates(),
                SSL.isSessionReused(ssl));
    }

    private List<byte[]> peerCertificates() throws SSLException {
        List<byte[]> chain = new ArrayList<>();
        try {
            for (Certificate certificate : engine.getSession().getPeerCertificates()) {
                chain.add(certificate.getEncoded());
            }
        } catch (SSLPeerUnverifiedException e) {
            // it showed none, and need not
        } catch (CertificateEncodingException e) {
            throw new SSLException("a certificate of the other side cannot be written", e);
        }
        return chain;
    }

    @Override
    public void close() {
        RecordProtection trial = writing;
        if (trial != null) {
            trial.close();
        }
        sent.close();
        received.close();
        keyLog.forget(ssl);
        engine.release();
    }
}
