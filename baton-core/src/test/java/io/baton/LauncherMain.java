package io.baton;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Starts a {@link ServerMain} and waits to be killed. */
final class LauncherMain {
    private LauncherMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Process server = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-DparentDeathSignal=" + arguments[0],
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServerMain.class.getName(),
                        arguments[1],
                        arguments[2],
                        "0",
                        "ready"))
                .start();
        try (var output = server.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.equals("done ready")) {
                    System.out.println("launched " + server.pid());
                }
            }
        }
        Thread.sleep(Duration.ofMinutes(5)); // until the test kills us: a launcher's death is what it is about
    }
}
