package io.baton;

import io.baton.posix.SocketAddress;

/** The names of a lineage's sockets: {@code {path}_{role}_{base id * 10 + epoch % 3}}; in ASCII digits whatever the locale. */
record DomainSocketNames(String socketPath, BaseId baseId) {

    /** Which of the four sockets of a process. */
    enum Role {
        CHILD("child"),
        PARENT("parent"),
        UDP_CHILD("udp_child"),
        UDP_PARENT("udp_parent");

        private final String word;

        Role(String word) {
            this.word = word;
        }
    }

    SocketAddress address(Role role, RestartEpoch epoch) {
        String name = socketPath + "_" + role.word + "_" + (baseId.scaled() + epoch.slot());
        // Envoy's address length is always sizeof(sockaddr_un), and of an abstract name every byte counts.
        return isAbstract()
                ? new SocketAddress.UnixAbstract(name.substring(1), true)
                : new SocketAddress.UnixPath(name);
    }

    boolean isAbstract() {
        return socketPath.startsWith("@");
    }

    /** Locked while a process of this lineage binds, so that two of them do not take one another's fresh paths for stale ones. */
    String lockPath() {
        return socketPath + "_lock_" + baseId.scaled();
    }
}
