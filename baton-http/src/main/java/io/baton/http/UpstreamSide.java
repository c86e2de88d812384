package io.baton.http;

/** Who answers in an {@link Exchange}: an HTTP/1.1 connection, or one stream of an HTTP/2 connection. Event loop only. */
interface UpstreamSide {

    /** Queues a part of a message and takes it over; what cannot be written comes back as the upstream's end. */
    void write(Object part);

    void flush();

    /** Whether more is wanted; when it becomes so, the exchange is told. */
    boolean isWritable();

    long unsentBytes();

    /** Whether more of the response is wanted. */
    void setReading(boolean wanted);

    /** Whether any byte of the response came. */
    boolean responseBegun();

    /** Whether reading or writing failed: its end is then not the end of what it sent. */
    boolean failed();

    boolean isUsedBy(Exchange user);

    /**
     * It works for nobody any more.
     *
     * @param reusable whether request and response are whole, and the upstream would take another
     */
    void release(boolean reusable);
}
