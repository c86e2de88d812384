package io.baton.posix;

/** Who is on the other end of an AF_UNIX socket: {@code struct ucred}, unix(7). */
public record PeerCredentials(long pid, int uid, int gid) {}
