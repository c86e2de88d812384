package io.baton;

/**
 * What a server must do when its child asks. Called on the hot restart's parent thread, one at a time; the child waits meanwhile, so
 * each should take milliseconds. An exception is logged and does not stop the hot restart.
 */
public interface ParentDuties {

    /** Close the admin listener: the child is about to bind its address. Does nothing when it is closed already. */
    void closeAdmin();

    /**
     * Open it again: the child failed before it had us drain. Comes a second time, and may find it open, when a child that was only given
     * up on ends: until then that child may have kept the address.
     */
    void reopenAdmin();

    /**
     * Stop accepting for good, now, and take the listeners out of every epoll before returning: their fds are closed right after. The
     * child accepts from the same queues. {@link DrainManager#drainClose} answers true more and more from here on. It may wait for an
     * accept loop to end. When it throws the fds stay open, and it is called again, some twenty times at most.
     */
    void drainListeners();

    /** Live connections, UDP sessions included. Any thread: stats ask, too. */
    long connections();

    /**
     * End this process now, cutting what is left; called once. May call {@link HotRestart#close}. With
     * {@link HotRestartOptions#exitWhenDrained} the child asks for it as soon as {@link #connections} is 0 and it has the last stats.
     */
    void terminate();
}
