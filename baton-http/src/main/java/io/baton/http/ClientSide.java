package io.baton.http;

/**
 * Who asks in an {@link Exchange} and gets its response: an HTTP/1.1 connection, or one stream of an HTTP/2 connection. Whatever they
 * speak, the messages are those of HTTP/1.1, as Netty has them. Event loop only.
 */
interface ClientSide {
    Worker worker();

    Listening listening();

    ClientFacts facts();

    /** Of the connection. */
    long id();

    ResponseSink output();

    /** Whether the response at hand says that the connection closes, because the proxy drains. */
    boolean drainClose();

    /** How many bytes of requests were taken since this was last asked. */
    long takeReceived();

    /** Goes on with what is held of the request, and reads on. */
    void resumeRequest();

    /** The exchange's deadline, which replaces the one before. */
    void arm(long nanos);

    void disarm();

    /** The exchange is over and the connection is good for another. */
    void exchangeEnded();

    /**
     * The exchange is over, and what carried it ends after what has been written.
     *
     * @param askedFor whether the client said that it sends nothing more, and did not
     */
    void exchangeEndedLast(boolean askedFor);

    /** The exchange is over, and the client must not take what it got for all of it. */
    void exchangeBroken();
}
