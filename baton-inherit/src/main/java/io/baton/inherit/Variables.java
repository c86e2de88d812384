package io.baton.inherit;

import java.util.Map;
import java.util.Set;

/** The environment variables that tell of inherited sockets. */
public final class Variables {
    static final String NGINX = "NGINX";
    static final String LISTEN_PID = "LISTEN_PID";
    static final String LISTEN_FDS = "LISTEN_FDS";
    static final String LISTEN_FDNAMES = "LISTEN_FDNAMES";
    static final String SERVER_STARTER_PORT = "SERVER_STARTER_PORT";
    static final String EINHORN_MASTER_PID = "EINHORN_MASTER_PID";
    static final String EINHORN_SOCK_PATH = "EINHORN_SOCK_PATH";
    static final String EINHORN_FD_COUNT = "EINHORN_FD_COUNT";
    static final String EINHORN_FD = "EINHORN_FD_";
    static final String UNICORN_FD = "UNICORN_FD";
    static final String GUNICORN_FD = "GUNICORN_FD";

    private static final Set<String> NAMES = Set.of(
            NGINX,
            "NGINX_VAR",
            LISTEN_PID,
            LISTEN_FDS,
            LISTEN_FDNAMES,
            "LISTEN_PIDFDID",
            SERVER_STARTER_PORT,
            "SERVER_STARTER_GENERATION",
            EINHORN_MASTER_PID,
            EINHORN_SOCK_PATH,
            "EINHORN_SOCK_FD",
            "EINHORN_FDS",
            "EINHORN_CHILD_INDEX",
            UNICORN_FD,
            GUNICORN_FD,
            "GUNICORN_PID");

    private Variables() {}

    /** Whether {@code name} speaks of fds of one process, and means nothing, or something else, to one that this process starts. */
    public static boolean isOfInheritance(String name) {
        return NAMES.contains(name) || name.startsWith(EINHORN_FD);
    }

    /** Removes them from what a new process is to get. */
    public static void removeFrom(Map<String, String> environment) {
        environment.keySet().removeIf(Variables::isOfInheritance);
    }
}
