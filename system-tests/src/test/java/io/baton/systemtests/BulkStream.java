package io.baton.systemtests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One direction of a transfer. Until it is told to hurry it sends a small share of what is left at a time, so that it lasts however
 * long it takes until then, and the receiver looks away half of the time, so that every buffer in between is full again and again.
 */
final class BulkStream {
    /** Of what is left, each burst sends one part in so many: half of it in 71 s. */
    private static final int SHARE = 4096;

    private static final int LEAST = 1024;

    private static final int BURST_MS = 25;
    private static final int LOOK_AWAY_MS = 400;
    private static final int BLOCK = 1 << 20;
    private static final int CHUNK = 64 * 1024;

    private final long bytes;
    private final byte[] content;
    private final CountDownLatch hurry;

    BulkStream(long bytes, long seed, CountDownLatch hurry) {
        this.bytes = bytes;
        this.content = Digest.bytes(seed, BLOCK + CHUNK);
        this.hurry = hurry;
    }

    /** SHA-256 and length of what was sent. */
    String send(Socket socket) throws IOException, InterruptedException {
        MessageDigest digest = sha256();
        OutputStream out = socket.getOutputStream();
        long left = bytes;
        while (left > 0) {
            boolean hurried = hurry.await(BURST_MS, TimeUnit.MILLISECONDS);
            long burst = hurried ? left : Math.min(left, Math.max(LEAST, left / SHARE));
            for (long end = left - burst; left > end; ) {
                int length = (int) Math.min(CHUNK, left - end);
                int offset = (int) (left * 31 % BLOCK); // no chunk is the one before it
                out.write(content, offset, length);
                digest.update(content, offset, length);
                left -= length;
            }
        }
        socket.shutdownOutput();
        return sum(digest, bytes);
    }

    /** SHA-256 and length of what came until the end. */
    String receive(Socket socket) throws IOException, InterruptedException {
        MessageDigest digest = sha256();
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[CHUNK];
        long received = 0;
        long lookUntil = System.nanoTime();
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            digest.update(buffer, 0, count);
            received += count;
            if (System.nanoTime() - lookUntil >= 0 && hurry.getCount() > 0) {
                var _ = hurry.await(LOOK_AWAY_MS, TimeUnit.MILLISECONDS);
                lookUntil = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOOK_AWAY_MS);
            }
        }
        return sum(digest, received);
    }

    private static String sum(MessageDigest digest, long length) {
        return HexFormat.of().formatHex(digest.digest()) + "/" + length;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
