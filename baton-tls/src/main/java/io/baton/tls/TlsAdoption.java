package io.baton.tls;

import io.netty.buffer.Unpooled;

/** An established connection that another process exported, on its way into a pipeline here. */
public final class TlsAdoption {
    private TlsAdoption() {}

    /**
     * Reads what {@link RecordLayerHandler#export} wrote. The handler is to be first in its pipeline; nothing is read, written or sealed
     * before {@link RecordLayerHandler#start}, which must not come before the connection is this process's own.
     *
     * @throws TlsSnapshotException when it is of another format or damaged
     */
    public static RecordLayerHandler handler(byte[] exported) throws TlsSnapshotException {
        return handler(exported, JcaAead::new);
    }

    static RecordLayerHandler handler(byte[] exported, Aead.Factory aeads) throws TlsSnapshotException {
        TlsSnapshot snapshot = TlsSnapshotCodec.decode(exported);
        CipherSuite suite = snapshot.suite();
        RecordLayer records = new RecordLayer(
                        new RecordProtection(suite, snapshot.readSecret(), snapshot.readSequence(), aeads),
                        new RecordProtection(suite, snapshot.writeSecret(), snapshot.writeSequence(), aeads),
                        PostHandshake.resumed(snapshot.server(), snapshot.messageHead(), snapshot.messageToSkip()))
                .withState(snapshot.updateOwed(), snapshot.receivedClose(), snapshot.sentClose());
        return new RecordLayerHandler(
                records,
                snapshot.session(),
                snapshot.server(),
                Unpooled.wrappedBuffer(snapshot.undecrypted()),
                snapshot.unsent());
    }
}
