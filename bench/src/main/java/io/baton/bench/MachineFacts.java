package io.baton.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a reader must know of the machine to make sense of the numbers. No name or address of it. */
final class MachineFacts {
    private MachineFacts() {}

    static Map<String, String> collect(List<Peer> peers) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("when", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("cpus", Runtime.getRuntime().availableProcessors() + " x " + cpuModel());
        facts.put("load average before", firstWords(read("/proc/loadavg"), 3));
        facts.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
        for (Peer peer : peers) {
            facts.put(peer.name(), peer.version());
        }
        return facts;
    }

    /** A warning when others use this machine too much for times to mean anything; proc_loadavg(5), the last minute. */
    static Optional<String> busyWarning() {
        int cpus = Runtime.getRuntime().availableProcessors();
        try {
            double load = Double.parseDouble(firstWords(read("/proc/loadavg"), 1));
            return load > cpus
                    ? Optional.of(
                            "this machine is busy already (load average %.1f, %d CPUs): times will suffer, counts will not"
                                    .formatted(load, cpus))
                    : Optional.empty();
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private static String cpuModel() {
        return read("/proc/cpuinfo")
                .lines()
                .filter(line -> line.startsWith("model name") || line.startsWith("CPU part"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch", "unknown"));
    }

    private static String firstWords(String text, int count) {
        List<String> words = List.of(text.strip().split(" ", -1));
        return String.join(" ", words.subList(0, Math.min(count, words.size())));
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            return "unknown";
        }
    }
}
