package io.baton.http;

/** Where a response is written to. Event loop only. */
interface ResponseSink {

    /** Queues a part of a message and takes it over; what cannot be written comes back as the client's end. */
    void write(Object part);

    void flush();

    /** Whether more is wanted; when it becomes so, the exchange is told. */
    boolean isWritable();

    long unsentBytes();

    /** How many bytes of messages were written since this was last asked. */
    long takeSent();
}
