package io.baton.posix;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A program that wants to die with its parent, tells its pid, and then waits for a minute. */
final class ParentDeathProgram {
    private ParentDeathProgram() {}

    public static void main(String[] arguments) throws InterruptedException {
        Posix posix = Posix.linux();
        posix.setParentDeathSignal(ProcessCalls.SIGTERM);
        System.out.println(posix.pid());
        new CountDownLatch(1).await(1, TimeUnit.MINUTES);
    }
}
