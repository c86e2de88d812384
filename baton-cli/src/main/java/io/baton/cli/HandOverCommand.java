package io.baton.cli;

import io.baton.inherit.GetsocksClient;
import io.baton.inherit.InheritException;
import io.baton.inherit.NginxSuccessor;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import java.io.File;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code baton hand-over}: moving out, to an nginx. */
@Command(
        name = "hand-over",
        description =
                "Start an nginx with the listeners of a serving Baton, and have Baton drain once nginx accepts from all of them.",
        footer = {
            "",
            "Example: baton hand-over --from /run/baton/sockets -- /usr/sbin/nginx -c /etc/nginx/nginx.conf",
            "Exit code 0: nginx serves and Baton drains. 3: nginx was not started, has failed or does not take every listener;",
            "it is gone, and Baton goes on serving."
        })
final class HandOverCommand implements Callable<Integer> {
    private static final int MAX_TIMEOUT_S = 3600;

    @Option(
            names = "--from",
            paramLabel = "SOCKET",
            required = true,
            description = "What the serving Baton was given as " + GetsocksOption.NAME + ".")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path from;

    @Option(
            names = "--timeout-s",
            paramLabel = "S",
            defaultValue = "30",
            description = "How long nginx may take to accept from all listeners. Default ${DEFAULT-VALUE}.")
    private int timeoutSeconds;

    @Option(
            names = "--partial",
            description = "Go on though nginx leaves some listeners alone: nobody listens there any more.")
    private boolean partial;

    @Option(names = "--no-drain", description = "Leave Baton serving beside nginx.")
    private boolean noDrain;

    @Parameters(paramLabel = "COMMAND", arity = "1..*", description = "nginx and its arguments, behind '--'.")
    private List<String> command = List.of();

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final CommandHelp help = new CommandHelp();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    private final Posix posix = Posix.linux();

    @Override
    public Integer call() throws CliException {
        if (timeoutSeconds < 1 || timeoutSeconds > MAX_TIMEOUT_S) {
            throw new ParameterException(
                    spec.commandLine(), "--timeout-s is %d, expected 1 to %d".formatted(timeoutSeconds, MAX_TIMEOUT_S));
        }
        List<String> program = new ArrayList<>(command);
        program.set(0, find(command.getFirst()));
        GetsocksClient baton = new GetsocksClient(posix, from.toAbsolutePath().normalize());
        try {
            List<Fd> sockets = baton.fetch();
            try {
                return handOver(baton, sockets, program).code;
            } finally {
                sockets.forEach(Fd::close);
            }
        } catch (InheritException e) {
            throw new CliException(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
        }
    }

    /** Absolute: an nginx that was called by its bare name cannot start its own successor later. */
    private static String find(String program) throws CliException {
        Stream<Path> places = program.contains("/")
                ? Stream.of(Path.of(program))
                : Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .filter(directory -> !directory.isEmpty())
                        .map(directory -> Path.of(directory, program));
        return places.filter(Files::isExecutable)
                .findFirst()
                .map(found -> found.toAbsolutePath().normalize().toString())
                .orElseThrow(() -> new CliException(ExitCode.REFUSED, "there is no executable %s".formatted(program)));
    }

    private ExitCode handOver(GetsocksClient baton, List<Fd> sockets, List<String> program)
            throws InheritException, CliException {
        PrintWriter err = spec.commandLine().getErr();
        NginxSuccessor successor = NginxSuccessor.start(posix, program, System.getenv(), sockets);
        err.printf("%s (pid %d) was started with %d sockets%n", program.getFirst(), successor.pid(), sockets.size());
        boolean serves = false;
        try {
            List<SocketAddress> left = successor.awaitServing(Duration.ofSeconds(timeoutSeconds));
            if (!left.isEmpty() && !partial) {
                throw new CliException(
                        ExitCode.REFUSED,
                        "it does not accept from %s: does its configuration name them? Baton goes on serving"
                                .formatted(words(left)));
            }
            serves = true;
            successor.succeed();
        } finally {
            if (!serves) {
                successor.end();
            }
        }
        String rest = noDrain ? " beside Baton" : ", pid %d drains".formatted(baton.drain());
        spec.commandLine().getOut().printf("pid %d serves%s%n", successor.pid(), rest);
        return ExitCode.DONE;
    }

    private static String words(List<SocketAddress> addresses) {
        return addresses.stream().map(SocketAddress::toString).distinct().collect(Collectors.joining(", "));
    }
}
