package io.baton.relay;

/** Where a flow stands after it was moved on. */
enum Progress {
    /** There may be more at once. */
    GOING,
    /** The source has nothing for now. */
    IDLE,
    /** The destination takes nothing for now. */
    BLOCKED,
    /** End of stream, all delivered. */
    ENDED,
    SOURCE_FAILED,
    DESTINATION_FAILED,
    /** Bytes in flight could not be kept: the stream must not go on. */
    LOST
}
