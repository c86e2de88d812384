package io.baton.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A command's end of a control connection. On the JDK's sockets, not on posix: native calls would cost a short command more than
 * all the rest of it. Used by one thread.
 */
final class ControlClient implements AutoCloseable {
    /** A supervisor that says nothing for this long is taken for hung. */
    static final Duration SILENCE = Duration.ofSeconds(15);

    private final SocketChannel channel;
    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocate(4096).flip();

    private ControlClient(SocketChannel channel, Selector selector) {
        this.channel = channel;
        this.selector = selector;
    }

    /** @throws CliException (refused) when no supervisor runs there */
    static ControlClient connect(RuntimeDir directory) throws CliException {
        try {
            SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(directory.controlSocket()));
            channel.configureBlocking(false);
            Selector selector = Selector.open();
            channel.register(selector, SelectionKey.OP_READ);
            return new ControlClient(channel, selector);
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.REFUSED, "no baton runs in %s: %s".formatted(directory.path(), e.getMessage()), e);
        }
    }

    /**
     * Sends {@code request} and waits for its end.
     *
     * @param progress is given what is said meanwhile
     * @return the last reply, never a {@link ControlReply.Progress}
     */
    ControlReply ask(ControlRequest request, Consumer<String> progress) throws CliException {
        Optional<IOException> unsent = send(request);
        try {
            while (true) {
                ControlReply reply = ControlReply.decode(readLine());
                if (!(reply instanceof ControlReply.Progress(var text))) {
                    return reply;
                }
                progress.accept(text);
            }
        } catch (IOException e) {
            throw gone(unsent.orElse(e));
        } catch (ControlException e) {
            throw unsent.map(ControlClient::gone)
                    .orElseGet(() -> new CliException(ExitCode.REFUSED, "the supervisor: " + e.getMessage(), e));
        }
    }

    /** Why it could not be sent: a supervisor that hangs up early, on too many clients or a slow one, has said so before. */
    private Optional<IOException> send(ControlRequest request) {
        try {
            ByteBuffer line = UTF_8.encode(request.encode() + "\n");
            while (line.hasRemaining()) {
                channel.write(line);
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e);
        }
    }

    private static CliException gone(IOException e) {
        return new CliException(ExitCode.REFUSED, "the supervisor is gone: " + e.getMessage(), e);
    }

    private String readLine() throws IOException, ControlException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            while (buffer.hasRemaining()) {
                byte next = buffer.get();
                if (next == '\n') {
                    return line.toString(UTF_8);
                }
                line.write(next);
            }
            if (line.size() > Json.MAX_LENGTH) {
                throw new ControlException("its answer is longer than %d bytes".formatted(Json.MAX_LENGTH));
            }
            fill();
        }
    }

    private void fill() throws IOException, ControlException {
        if (selector.select(SILENCE.toMillis()) == 0) {
            throw new ControlException("nothing was heard for %d s".formatted(SILENCE.toSeconds()));
        }
        selector.selectedKeys().clear();
        buffer.clear();
        int read = channel.read(buffer);
        buffer.flip();
        if (read < 0) {
            throw new ControlException("it hung up before it had answered");
        }
    }

    @Override
    public void close() throws CliException {
        try (channel) {
            selector.close();
        } catch (IOException e) {
            throw new CliException(ExitCode.FAILED, "cannot close the control connection: " + e.getMessage(), e);
        }
    }
}
