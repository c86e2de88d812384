package io.baton.tls;

/**
 * All of an established connection that is not in its socket. Whoever has it can read and write the connection: it goes to the next
 * process only, through a channel that nobody else reads, and is {@linkplain #close wiped} afterwards.
 *
 * @param server whether this end is it
 * @param readSecret the other side's traffic secret; in TLS 1.2 its key and IV
 * @param readSequence of the next record to read
 * @param writeSequence of the next record to write
 * @param updateOwed a KeyUpdate is to be answered
 * @param receivedClose close_notify has come
 * @param sentClose close_notify has gone, at least into {@code unsent}
 * @param messageHead of a handshake message that was cut
 * @param messageToSkip of a ticket that was cut
 * @param undecrypted what was read and is less than a record
 * @param unsent records, sealed and not yet in the socket
 */
@SuppressWarnings("ArrayRecordComponent") // written once, read once, never compared
record TlsSnapshot(
        boolean server,
        CipherSuite suite,
        Secret readSecret,
        long readSequence,
        Secret writeSecret,
        long writeSequence,
        boolean updateOwed,
        boolean receivedClose,
        boolean sentClose,
        byte[] messageHead,
        int messageToSkip,
        byte[] undecrypted,
        byte[] unsent,
        TlsSession session)
        implements AutoCloseable {

    /** Whether there is room for a snapshot beside what the rest of a connection needs. */
    static final int MAX_UNSENT = 1 << 20;

    @Override
    public void close() {
        readSecret.close();
        writeSecret.close();
    }

    @Override
    public String toString() {
        return "TlsSnapshot[%s, read %d, written %d, %d undecrypted, %d unsent, %s]"
                .formatted(suite, readSequence, writeSequence, undecrypted.length, unsent.length, session);
    }
}
