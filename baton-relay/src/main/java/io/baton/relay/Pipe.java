package io.baton.relay;

/**
 * A kernel pipe that holds bytes on their way. Owned by the {@link PipePool} that made it.
 *
 * @param capacityBytes what one write into the empty pipe is sure to take whole
 * @param adopted made by another process, and counted as such
 */
record Pipe(int readEnd, int writeEnd, int capacityBytes, boolean adopted) {}
