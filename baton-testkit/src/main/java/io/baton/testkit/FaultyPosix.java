package io.baton.testkit;

import io.baton.posix.Errno;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A real {@link Posix} whose calls can be made to fail or to take their time, by the name of the method. Counts all calls. Thread-safe.
 *
 * <p>Calls that report errors as {@code -errno} do so for injected ones, too.
 */
public final class FaultyPosix {
    private final Posix real;
    private final Posix posix;
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final List<Fault> faults = new CopyOnWriteArrayList<>();

    /** Wraps {@code real}, without faults at first. */
    public FaultyPosix(Posix real) {
        this.real = real;
        this.posix = (Posix) Proxy.newProxyInstance(
                Posix.class.getClassLoader(),
                new Class<?>[] {Posix.class},
                (proxy, method, arguments) -> call(method, arguments == null ? new Object[0] : arguments));
    }

    /** What the code under test gets. */
    public Posix posix() {
        return posix;
    }

    /** The next {@code times} calls of {@code method} fail. */
    public FaultyPosix fail(String method, Errno errno, int times) {
        return fail(method, errno, times, arguments -> true);
    }

    /** The next {@code times} calls of {@code method} whose arguments match fail. */
    public FaultyPosix fail(String method, Errno errno, int times, Predicate<List<Object>> arguments) {
        requireMethod(method);
        faults.add(new Fault(method, arguments, new AtomicInteger(times), errno.number(), Duration.ZERO));
        return this;
    }

    /** The next {@code times} calls of {@code method} begin late. */
    public FaultyPosix delay(String method, Duration delay, int times) {
        requireMethod(method);
        faults.add(new Fault(method, arguments -> true, new AtomicInteger(times), 0, delay));
        return this;
    }

    /** No more faults. */
    public void heal() {
        faults.clear();
    }

    /** How often {@code method} was called, failed calls included. */
    public int calls(String method) {
        requireMethod(method);
        AtomicInteger count = counts.get(method);
        return count == null ? 0 : count.get();
    }

    private record Fault(
            String method, Predicate<List<Object>> arguments, AtomicInteger left, int errno, Duration delay) {
        boolean takes(String called, List<Object> given) {
            return method.equals(called) && arguments.test(given) && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
        }
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return method.invoke(this, arguments);
        }
        counts.computeIfAbsent(method.getName(), name -> new AtomicInteger()).incrementAndGet();
        for (Fault fault : faults) {
            if (fault.takes(method.getName(), List.of(arguments))) {
                if (fault.errno() != 0) {
                    return failed(method, arguments, fault.errno());
                }
                Thread.sleep(fault.delay());
            }
        }
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Data-path calls take raw fd numbers and return -errno; the others throw. */
    private static Object failed(Method method, Object[] arguments, int errno) {
        if (method.getReturnType() == int.class && arguments.length > 0 && arguments[0] instanceof Integer) {
            return -errno;
        }
        if (method.getReturnType() == long.class && arguments.length > 0 && arguments[0] instanceof Integer) {
            return -(long) errno;
        }
        throw new PosixException(method.getName() + "(injected)", errno);
    }

    private static void requireMethod(String name) {
        for (Method method : Posix.class.getMethods()) {
            if (method.getName().equals(name)) {
                return;
            }
        }
        throw new IllegalArgumentException("Posix has no method " + name);
    }
}
