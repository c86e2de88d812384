package io.baton.relay;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Bytes whose arrival can be checked. */
final class Traffic {
    private Traffic() {}

    static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /** Sends {@code total} random bytes in chunks of random size up to {@code maxChunk}; their SHA-256. */
    static String send(Socket socket, long total, int maxChunk, long seed) throws IOException {
        RandomGenerator random = random(seed);
        MessageDigest digest = sha256();
        OutputStream out = socket.getOutputStream();
        for (long left = total; left > 0; ) {
            byte[] chunk = new byte[(int) Math.min(left, random.nextInt(1, maxChunk + 1))];
            random.nextBytes(chunk);
            digest.update(chunk);
            out.write(chunk);
            left -= chunk.length;
        }
        return hex(digest);
    }

    /** The SHA-256 of {@code total} bytes. */
    static String receive(Socket socket, long total) throws IOException {
        MessageDigest digest = sha256();
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[32 << 10];
        long left = total;
        while (left > 0) {
            int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (read < 0) {
                throw new IOException("end of stream, %d of %d bytes missing".formatted(left, total));
            }
            digest.update(buffer, 0, read);
            left -= read;
        }
        return hex(digest);
    }

    /** The SHA-256 of all until end of stream. */
    static String receiveAll(Socket socket) throws IOException {
        MessageDigest digest = sha256();
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[32 << 10];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            digest.update(buffer, 0, read);
        }
        return hex(digest);
    }

    /** Runs in another thread. */
    static <T> Future<T> async(Callable<T> task) {
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        try {
            return executor.submit(task);
        } finally {
            executor.shutdown();
        }
    }

    static <T> T get(Future<T> future) throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(120, TimeUnit.SECONDS);
    }

    /** Closes for both directions, before the test's own end does. */
    static void finish(Closeable socket) throws IOException {
        socket.close();
    }

    /** Closes with RST instead of FIN. */
    static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
