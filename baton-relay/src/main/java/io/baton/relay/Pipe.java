package io.baton.relay;

/**
 * A kernel pipe that holds bytes on their way. Owned by the {@link PipePool} that made it.
 *
 * @param capacityBytes what one write into the empty pipe is sure to take whole
 */
record Pipe(int readEnd, int writeEnd, int capacityBytes) {}
