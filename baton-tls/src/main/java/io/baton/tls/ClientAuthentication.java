package io.baton.tls;

/** Whether clients show certificates. */
public enum ClientAuthentication {
    NONE,
    /** Asked for; one that is shown must be good. */
    OPTIONAL,
    REQUIRED
}
