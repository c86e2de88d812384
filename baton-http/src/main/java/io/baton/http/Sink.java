package io.baton.http;

import io.netty.buffer.ByteBuf;

/** Where bytes go: one side of an exchange. Event loop only. */
interface Sink {

    /** Queues {@code part} and takes it over; nothing is sent before a flush. */
    void write(ByteBuf part);
}
