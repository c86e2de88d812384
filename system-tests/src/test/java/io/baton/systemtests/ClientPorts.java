package io.baton.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The clients' ends of the connections to a listener of this machine, as the kernel tells of them and nobody else: whoever closes one and
 * connects again comes from another port.
 */
final class ClientPorts {
    private static final Path TCP = Path.of("/proc/net/tcp");
    private static final String ESTABLISHED = "01";
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int STATE = 3;

    private ClientPorts() {}

    /** Of those that are established with {@code listener}, a port of 127.0.0.1. */
    static Set<Integer> of(int listener) throws IOException {
        Set<Integer> found = new TreeSet<>();
        List<String> lines = new ArrayList<>(Files.readAllLines(TCP));
        lines.removeFirst();
        for (String line : lines) {
            String[] fields = line.strip().split("\\s+", -1);
            if (fields[STATE].equals(ESTABLISHED) && port(fields[REMOTE]) == listener) {
                found.add(port(fields[LOCAL]));
            }
        }
        return found;
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.indexOf(':') + 1), 16);
    }
}
