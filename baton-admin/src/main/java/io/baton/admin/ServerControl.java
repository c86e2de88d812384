package io.baton.admin;

/** What the admin may have the server do. Called on a thread of the admin's own; may take its time. */
public interface ServerControl {

    /**
     * Stop accepting and let connections finish.
     *
     * @param graceful ask clients to leave over the drain time; otherwise at once
     */
    void drainListeners(boolean graceful);

    /** End the process. The answer to the request has been sent. */
    void quit();
}
