package io.baton.relay;

import io.baton.posix.Errno;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Linux, but for the calls that a test wants to go wrong, or answered differently; counts all. Thread-safe. */
final class FaultyPosix {

    /** Answers instead of the kernel, or asks it. */
    interface Fault {
        @Nullable
        Object answer(Call call, Object[] arguments) throws Throwable;
    }

    /** The real call. */
    interface Call {
        @Nullable
        Object make(Object... arguments) throws Throwable;
    }

    private final Map<String, Fault> faults = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> calls = new ConcurrentHashMap<>();
    private final Posix posix;

    FaultyPosix() {
        Posix linux = Posix.linux();
        posix = (Posix) Proxy.newProxyInstance(
                Posix.class.getClassLoader(), new Class<?>[] {Posix.class}, (proxy, method, arguments) -> {
                    calls.computeIfAbsent(method.getName(), name -> new AtomicLong())
                            .incrementAndGet();
                    Call real = given -> {
                        try {
                            return method.invoke(linux, given);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    };
                    Object[] given = arguments == null ? new Object[0] : arguments;
                    Fault fault = faults.get(method.getName());
                    return fault == null ? real.make(given) : fault.answer(real, given);
                });
    }

    Posix posix() {
        return posix;
    }

    FaultyPosix on(String method, Fault fault) {
        faults.put(method, fault);
        return this;
    }

    /** A call that throws. */
    FaultyPosix failing(String method, Errno errno) {
        return on(method, (call, arguments) -> {
            throw new PosixException(method + "()", errno.number());
        });
    }

    void heal(String method) {
        faults.remove(method);
    }

    long calls(String method) {
        AtomicLong count = calls.get(method);
        return count == null ? 0 : count.get();
    }
}
