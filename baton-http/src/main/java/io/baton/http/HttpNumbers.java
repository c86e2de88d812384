package io.baton.http;

/**
 * What a listener did since it was added, over all workers. Read while workers count on: each number is exact, the set is not one
 * instant.
 *
 * @param connections accepted
 * @param active accepted or restored, and not yet ended or moved
 * @param requests ended
 * @param bytesIn that came from clients
 * @param bytesOut that were sent to clients
 */
public record HttpNumbers(long connections, long active, long requests, long bytesIn, long bytesOut) {}
