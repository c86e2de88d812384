package io.baton.posix;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines for small programs of these tests, to be run in a JVM of their own. */
final class TestProgram {
    private TestProgram() {}

    /** {@code java mainClass arguments...} with this module's classes and those of its tests on the class path. */
    static List<String> command(Class<?> mainClass, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                mainClass.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Starts one, whose standard error is ours. */
    static Process start(Class<?> mainClass, String... arguments) throws IOException {
        return new ProcessBuilder(command(mainClass, arguments))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** The test classes are patched into the module, so they have its location and not their own. */
    private static String classPath() {
        try {
            Path classes = Path.of(Posix.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return classes + ":" + classes.resolveSibling("test-classes");
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
