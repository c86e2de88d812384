package io.baton.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * sun.misc.Signal: the JDK's only way to handle a signal, and one it keeps (module jdk.unsupported, JEP 260). By reflection, because
 * javac warns of its every mention, whatever is suppressed, and our warnings are errors.
 */
final class JvmSignals {
    private JvmSignals() {}

    /**
     * @param name without SIG
     * @param action called on a thread that the JVM starts for each signal
     * @throws CliException when the JVM was told (-Xrs) to leave signals alone, or keeps this one for itself
     */
    static void handle(String name, Runnable action) throws CliException {
        try {
            Class<?> signalClass = Class.forName("sun.misc.Signal");
            Class<?> handlerClass = Class.forName("sun.misc.SignalHandler");
            Object signal = signalClass.getConstructor(String.class).newInstance(name);
            Object handler = Proxy.newProxyInstance(
                    JvmSignals.class.getClassLoader(), new Class<?>[] {handlerClass}, (proxy, method, arguments) -> {
                        // Nobody compares or prints it.
                        if (method.getName().equals("handle")) {
                            action.run();
                        }
                        return null;
                    });
            signalClass.getMethod("handle", signalClass, handlerClass).invoke(null, signal, handler);
        } catch (InvocationTargetException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "cannot handle SIG%s (%s): is the JVM run with -Xrs?".formatted(name, e.getCause()),
                    e);
        } catch (ReflectiveOperationException e) {
            throw new CliException(ExitCode.FAILED, "this Java has no sun.misc.Signal: " + e, e);
        }
    }
}
