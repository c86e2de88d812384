package io.baton.systemtests;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that never stop: new connections all the time, and streams that stay. Counts what goes wrong. */
final class Load implements AutoCloseable {
    private final int port;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong exchanges = new AtomicLong();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private volatile boolean running = true;

    Load(int port, int newConnections, int streams) {
        this.port = port;
        for (int i = 0; i < newConnections; i++) {
            threads.add(Thread.ofVirtual().start(this::connectAgainAndAgain));
        }
        for (int i = 0; i < streams; i++) {
            threads.add(Thread.ofVirtual().start(this::stay));
        }
    }

    private void connectAgainAndAgain() {
        while (running) {
            try (Upstream.Client client = new Upstream.Client(port)) {
                client.exchange();
                exchanges.incrementAndGet();
            } catch (IOException e) {
                failures.add("new connection: " + e);
            }
        }
    }

    private void stay() {
        try (Upstream.Client client = new Upstream.Client(port)) {
            while (running) {
                client.exchange();
                exchanges.incrementAndGet();
            }
        } catch (IOException e) {
            failures.add("stream: " + e);
        }
    }

    long exchanges() {
        return exchanges.get();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() {
        stop();
    }

    /** Returns when every client has had its last answer. */
    void stop() {
        running = false;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
