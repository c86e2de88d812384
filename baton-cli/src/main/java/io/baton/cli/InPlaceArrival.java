package io.baton.cli;

import io.baton.Belongings;
import io.baton.BelongingsCodec;
import io.baton.HotRestartException;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an image finds that was put in another's place: the belongings of the process, and the way back. It is taken once, when the new
 * image has nothing left to fail at ({@link #settle}); before that a failure has the image before started again. Thread-safe.
 */
final class InPlaceArrival {
    /** In the environment: {@code PID:FD}, the process's own pid and the memory file with the belongings; {@code :back} behind it for the image before. */
    static final String VARIABLE = "BATON_IN_PLACE";

    private static final Logger LOG = LoggerFactory.getLogger(InPlaceArrival.class);
    private static final Pattern FORM = Pattern.compile("(\\d{1,10}):(\\d{1,9})(:back)?");

    private final Posix posix;
    private final Fd memory;
    private volatile byte[] bytes;
    private final BelongingsCodec.Header header;
    private final boolean back;
    private final AtomicBoolean settled = new AtomicBoolean();

    private InPlaceArrival(Posix posix, Fd memory, byte[] bytes, BelongingsCodec.Header header, boolean back) {
        this.posix = posix;
        this.memory = memory;
        this.bytes = bytes;
        this.header = header;
        this.back = back;
    }

    static String variable(Posix posix, Fd memory, boolean back) {
        return "%d:%d%s".formatted(posix.pid(), memory.number(), back ? ":back" : "");
    }

    /**
     * Empty for a process that was started and not replaced, a child of one that was included.
     *
     * @throws CliException when the variable is there, and what it names is not what it should be
     */
    static Optional<InPlaceArrival> of(Posix posix, Map<String, String> environment) throws CliException {
        String value = environment.get(VARIABLE);
        if (value == null) {
            return Optional.empty();
        }
        Matcher matcher = FORM.matcher(value);
        if (!matcher.matches()) {
            throw new CliException(ExitCode.FAILED, "%s is '%s', expected PID:FD".formatted(VARIABLE, value));
        }
        if (Long.parseLong(matcher.group(1)) != posix.pid()) {
            return Optional.empty(); // inherited from a process that was replaced
        }
        Fd memory = Fd.own(Integer.parseInt(matcher.group(2)));
        try {
            if (!posix.isSealed(memory)) {
                throw new CliException(
                        ExitCode.FAILED,
                        "%s names fd %s, which others can change".formatted(VARIABLE, memory.number()));
            }
            byte[] bytes = read(memory);
            return Optional.of(
                    new InPlaceArrival(posix, memory, bytes, BelongingsCodec.header(bytes), matcher.group(3) != null));
        } catch (PosixException | IOException | HotRestartException e) {
            throw new CliException(
                    ExitCode.FAILED, "%s=%s is of no use: %s".formatted(VARIABLE, value, e.getMessage()), e);
        }
    }

    /** Opened anew: the number's own position is at the end, where its writer left it. */
    private static byte[] read(Fd memory) throws IOException {
        try (InputStream in = Files.newInputStream(Path.of("/proc/self/fd/" + memory.number()))) {
            return in.readNBytes(BelongingsCodec.MAX_BYTES + 1);
        }
    }

    /** The config to use: empty to read the file. */
    Optional<byte[]> config() {
        return back ? Optional.of(header.wayBack().config()) : Optional.empty();
    }

    /** @throws CliException when a release that is not ours wrote them */
    Belongings belongings() throws CliException {
        try {
            return BelongingsCodec.read(bytes);
        } catch (HotRestartException e) {
            throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * From now on there is no way back.
     *
     * @return false when somebody else is on it already
     */
    boolean settle() {
        if (!settled.compareAndSet(false, true)) {
            return false;
        }
        memory.close();
        bytes = new byte[0]; // there are keys in it
        if (back) {
            LOG.warn("the new image failed, and the one before serves again");
        }
        return true;
    }

    /** Goes back when nobody has {@linkplain #settle settled} by then. */
    void goBackAfter(Duration patience, Image image) {
        Thread.ofPlatform().daemon().name("in-place-deadline").start(() -> {
            try {
                Thread.sleep(patience);
                goBack("it was not ready within %d s".formatted(patience.toSeconds()), image);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Has the image before started again, once; returns when that cannot be, or is no way any more. */
    void goBack(String reason, Image image) {
        if (!settled.compareAndSet(false, true)) {
            return;
        }
        if (back) {
            System.err.printf("baton: the image before cannot serve either, giving up: %s%n", reason);
            return;
        }
        String program = header.wayBack().program();
        System.err.printf("baton: this image cannot serve: %s; going back to %s%n", reason, program);
        List<Fd> fds = header.fds().stream().map(Fd::own).toList();
        try {
            throw image.by(program).replaceCurrent(posix, fds, memory, variable(posix, memory, true));
        } catch (PosixException e) {
            System.err.printf("baton: there is no way back, giving up: %s%n", e.getMessage());
        }
    }
}
