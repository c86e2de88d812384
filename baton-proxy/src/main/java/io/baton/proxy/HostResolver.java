package io.baton.proxy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Finds the address of a host name once, when the config is loaded. Tests put their own in its place. */
@FunctionalInterface
public interface HostResolver {

    /** All names of a config together may take this long: a name server that is away must not hold up a restart. */
    Duration BUDGET = Duration.ofSeconds(5);

    /**
     * Asks for one host.
     *
     * @return the first address the system's resolver gives
     * @throws UnknownHostException with a reason for the user when there is none, or none in time
     */
    InetAddress resolve(String host) throws UnknownHostException;

    /** The system's resolver, with {@link #BUDGET} for all calls on the returned object. */
    static HostResolver system() {
        long deadline = System.nanoTime() + BUDGET.toNanos();
        return host -> {
            CompletableFuture<InetAddress> answer = new CompletableFuture<>();
            // getByName cannot be interrupted: it is left behind on its own thread when the time is up.
            Thread.ofVirtual().name("resolve-" + host).start(() -> {
                try {
                    answer.complete(InetAddress.getByName(host));
                } catch (UnknownHostException e) {
                    answer.completeExceptionally(e);
                }
            });
            return await(answer, deadline - System.nanoTime());
        };
    }

    private static InetAddress await(CompletableFuture<InetAddress> answer, long nanos) throws UnknownHostException {
        try {
            return answer.get(Math.max(nanos, 0), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new UnknownHostException("the name is not known");
        } catch (TimeoutException e) {
            throw new UnknownHostException("no answer within %s".formatted(Durations.format(BUDGET)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnknownHostException("interrupted");
        }
    }
}
