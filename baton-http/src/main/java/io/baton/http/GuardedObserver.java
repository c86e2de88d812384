package io.baton.http;

import io.baton.posix.SocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what an observer throws from the event loop that told it. */
record GuardedObserver(HttpObserver observer) implements HttpObserver {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedObserver.class);

    @Override
    public void connectionOpened(String listener, SocketAddress client) {
        try {
            observer.connectionOpened(listener, client);
        } catch (RuntimeException e) {
            say(e);
        }
    }

    @Override
    public void handshakeCompleted(String listener) {
        guard(() -> observer.handshakeCompleted(listener));
    }

    @Override
    public void handshakeFailed(String listener, SocketAddress client, String reason) {
        guard(() -> observer.handshakeFailed(listener, client, reason));
    }

    @Override
    public void connectionClosed(String listener, long requests) {
        try {
            observer.connectionClosed(listener, requests);
        } catch (RuntimeException e) {
            say(e);
        }
    }

    @Override
    public void connectionMoved(String listener) {
        try {
            observer.connectionMoved(listener);
        } catch (RuntimeException e) {
            say(e);
        }
    }

    @Override
    public void connectionRestored(String listener) {
        try {
            observer.connectionRestored(listener);
        } catch (RuntimeException e) {
            say(e);
        }
    }

    @Override
    public void upstreamRestored(String cluster, SocketAddress endpoint) {
        try {
            observer.upstreamRestored(cluster, endpoint);
        } catch (RuntimeException e) {
            say(e);
        }
    }

    @Override
    public void requestEnded(HttpExchangeReport report) {
        try {
            observer.requestEnded(report);
        } catch (RuntimeException e) {
            say(e);
        }
    }

    @Override
    public void upstreamOpened(String cluster, SocketAddress endpoint) {
        try {
            observer.upstreamOpened(cluster, endpoint);
        } catch (RuntimeException e) {
            say(e);
        }
    }

    @Override
    public void upstreamClosed(String cluster, SocketAddress endpoint) {
        try {
            observer.upstreamClosed(cluster, endpoint);
        } catch (RuntimeException e) {
            say(e);
        }
    }

    @Override
    public void acceptPaused() {
        try {
            observer.acceptPaused();
        } catch (RuntimeException e) {
            say(e);
        }
    }

    @Override
    public void acceptResumed() {
        try {
            observer.acceptResumed();
        } catch (RuntimeException e) {
            say(e);
        }
    }

    @Override
    public void broken(Throwable cause) {
        try {
            observer.broken(cause);
        } catch (RuntimeException e) {
            say(e);
        }
    }

    private static void say(RuntimeException failure) {
        LOG.error("the observer failed, the proxy goes on", failure);
    }

    /** For what is rare. */
    private static void guard(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            say(e);
        }
    }
}
