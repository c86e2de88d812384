package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A client that connects, asks, reads the answer and leaves, some fifty times a second, to any kind of address. */
final class Knocking implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final byte[] REQUEST =
            "GET /bytes?n=10&seed=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(US_ASCII);

    private final SocketAddress address;
    private final AtomicInteger answered = new AtomicInteger();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private volatile boolean running = true;
    private final Thread thread;

    Knocking(SocketAddress address) {
        this.address = address;
        this.thread = Thread.ofPlatform().daemon().start(this::run);
    }

    private void run() {
        try {
            while (running) {
                knock();
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void knock() {
        try (SocketChannel channel = SocketChannel.open(address)) {
            channel.write(ByteBuffer.wrap(REQUEST));
            ByteBuffer answer = ByteBuffer.allocate(4096);
            while (channel.read(answer) >= 0 && answer.hasRemaining()) {
                // Until it ends.
            }
            String text = new String(answer.array(), 0, answer.position(), US_ASCII);
            if (text.startsWith("HTTP/1.1 200 ")) {
                answered.incrementAndGet();
            } else {
                failures.add("answered '%s'".formatted(text));
            }
        } catch (IOException e) {
            failures.add(e.toString());
        }
    }

    int answered() {
        return answered.get();
    }

    /** None has failed. */
    void stop() {
        close();
        assertThat(failures).as("%s", address).isEmpty();
        assertThat(answered).as("%s", address).hasValueGreaterThan(50);
    }

    @Override
    public void close() {
        running = false;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
