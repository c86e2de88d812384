package io.baton.inherit;

import io.baton.posix.ProcessCalls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the environment tells of inherited sockets. It outlives whom it was meant for: where a format names the process that is to read it,
 * or the one that wrote it, nobody else takes it for his.
 */
record Environment(Map<String, String> variables, ProcessCalls processes) {
    Environment {
        variables = Map.copyOf(variables);
    }

    /** All that apply, in the order in which they are preferred. */
    List<Inheritance> all() {
        List<Inheritance> all = new ArrayList<>();
        nginx().ifPresent(all::add);
        if (systemdObjection().isEmpty()) {
            systemd().ifPresent(all::add);
        }
        serverStarter().ifPresent(all::add);
        if (einhornObjection().isEmpty()) {
            einhorn().ifPresent(all::add);
        }
        unicorn(Variables.UNICORN_FD).ifPresent(all::add);
        unicorn(Variables.GUNICORN_FD).ifPresent(all::add);
        return all;
    }

    Optional<Inheritance> nginx() {
        return variable(Variables.NGINX).map(Inheritance.Nginx::new);
    }

    Optional<Inheritance> systemd() {
        return variable(Variables.LISTEN_FDS)
                .map(count -> new Inheritance.Systemd(count, variable(Variables.LISTEN_FDNAMES)));
    }

    /** Why the sockets, if any, are not for us. */
    Optional<String> systemdObjection() {
        return other(Variables.LISTEN_FDS, Variables.LISTEN_PID, "this process", processes.pid());
    }

    Optional<Inheritance> serverStarter() {
        return variable(Variables.SERVER_STARTER_PORT).map(Inheritance.ServerStarter::new);
    }

    Optional<Inheritance> einhorn() {
        return variable(Variables.EINHORN_FD_COUNT).map(count -> {
            List<String> numbers = new ArrayList<>();
            for (int i = 0; i < Inheritance.MAX_SOCKETS; i++) {
                Optional<String> number = variable(Variables.EINHORN_FD + i);
                if (number.isEmpty()) {
                    break;
                }
                numbers.add(number.get());
            }
            return new Inheritance.Einhorn(
                    count, numbers, variable(Variables.EINHORN_SOCK_PATH).map(Path::of));
        });
    }

    /** Why the sockets, if any, are not for us. */
    Optional<String> einhornObjection() {
        return other(
                Variables.EINHORN_FD_COUNT, Variables.EINHORN_MASTER_PID, "the parent process", processes.parentPid());
    }

    Optional<Inheritance> unicorn(String name) {
        return variable(name).map(list -> new Inheritance.Unicorn(name, list));
    }

    /** What is set of a source that is meant for another process: an environment goes on from child to child. */
    List<String> objections() {
        List<String> objections = new ArrayList<>();
        systemdObjection().ifPresent(objections::add);
        einhornObjection().ifPresent(objections::add);
        return objections;
    }

    private Optional<String> other(String subject, String pidName, String who, long expected) {
        if (!variables.containsKey(subject)) {
            return Optional.empty();
        }
        String pid = variables.getOrDefault(pidName, "");
        return pid.equals(Long.toString(expected))
                ? Optional.empty()
                : Optional.of("%s is not for this process: %s is \"%s\", expected %d, %s"
                        .formatted(subject, pidName, NumberLists.shown(pid), expected, who));
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(variables.get(name));
    }
}
