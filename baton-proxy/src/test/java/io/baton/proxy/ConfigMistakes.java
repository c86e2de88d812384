package io.baton.proxy;

import java.util.List;

/** Configs with one mistake each, and the one line each gets. */
final class ConfigMistakes {
    private ConfigMistakes() {}

    /**
     * A config that is wrong.
     *
     * @param line what the user reads, all of it
     */
    record Mistake(String name, String yaml, String line) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String CLUSTER = "clusters: [{ name: origin, endpoints: [\"127.0.0.1:9000\"] }]\n";
    private static final String LISTENER =
            "listeners: [{ name: web, address: 0.0.0.0:80, tcp: { cluster: origin } }]\n";
    private static final String GOOD = CLUSTER + LISTENER;

    static final List<Mistake> FILE = List.of(
            mistake(
                    "nothing in the file",
                    "",
                    "baton.yaml:1:1: the file is empty, expected a config with at least one listener"),
            mistake(
                    "a list at the top",
                    "- a\n",
                    "baton.yaml:1:1: a list, expected a mapping with " + "admin, listeners,"
                            + " clusters, access_log, handover or limits"),
            mistake(
                    "a comment only",
                    "# later\n",
                    "baton.yaml:2:1: the file is empty, expected a config with at least one listener"),
            mistake(
                    "two documents",
                    GOOD + "---\n" + GOOD,
                    "baton.yaml:3:1: a second document, expected one document in the file"),
            mistake(
                    "an unclosed bracket",
                    "listeners: [",
                    "baton.yaml:1:13: not YAML: while parsing a flow node, expected the node content, but found '<stream end>'"),
            mistake(
                    "a tab for indentation",
                    "admin:\n\taddress: 127.0.0.1:1\n",
                    "baton.yaml:2:1: not YAML: while scanning for the next token, found character '\\t(TAB)' that cannot"
                            + " start any token. (Do not use \\t(TAB) for indentation)"),
            mistake(
                    "a control character",
                    "limits:\n  äpipe: \u0001\n",
                    "baton.yaml:2:10: character U+0001, expected printable text"),
            mistake(
                    "an anchor",
                    "limits: &l { pipe: 64KiB }\n",
                    "baton.yaml:1:9: anchor &l, expected the value alone (there are no aliases)"),
            mistake("an alias", "limits: *l\n", "baton.yaml:1:9: alias *l, expected the value written out"),
            mistake(
                    "a tag",
                    "limits: !!map {}\n",
                    "baton.yaml:1:9: tag tag:yaml.org,2002:map, expected the value alone"),
            mistake(
                    "a key written twice",
                    GOOD + "limits: { pipe: 4KiB }\nlimits: { pipe: 8KiB }\n",
                    "baton.yaml:4:1: key \"limits\" again, expected it once (it stands in line 3)"),
            mistake("a list as a key", "? [a]\n: b\n", "baton.yaml:1:3: a key that is not a word, expected KEY: VALUE"),
            mistake(
                    "nested without end",
                    "limits: " + "[".repeat(20_000),
                    "baton.yaml:1:24: nested more than 16 deep, expected a flat config"),
            mistake(
                    "a value without end",
                    "limits: " + "x".repeat(5000),
                    "baton.yaml:1:9: a value of 5000 characters, expected at most 4096"),
            mistake(
                    "values without end",
                    "limits: [" + "1,".repeat(20_001),
                    "baton.yaml:1:40004: more than 20000 values, expected fewer"));

    static final List<Mistake> KEYS = List.of(
            mistake(
                    "an unknown key at the top",
                    GOOD + "listener: []\n",
                    "baton.yaml:3:1: unknown key \"listener\", expected admin, listeners, clusters, access_log, handover or"
                            + " limits; did you mean \"listeners\"?"),
            mistake(
                    "an unknown key of a listener",
                    CLUSTER + "listeners:\n  - name: web\n    adress: 0.0.0.0:80\n    tcp: { cluster: origin }\n",
                    "baton.yaml:4:5: listeners[0]: unknown key \"adress\", expected name, address, reuse_port, tls, tcp or http; did"
                            + " you mean \"address\"?"),
            mistake(
                    "a key like no other",
                    GOOD + "zebra: 1\n",
                    "baton.yaml:3:1: unknown key \"zebra\", expected admin, listeners, clusters, access_log, handover or"
                            + " limits"),
            mistake(
                    "a key with a line break in it",
                    GOOD + "\"a\\nb\": 1\n",
                    "baton.yaml:3:1: unknown key \"a\\u000ab\", expected admin, listeners, clusters, access_log, handover or"
                            + " limits"),
            mistake(
                    "no listeners",
                    CLUSTER,
                    "baton.yaml:1:1: no key \"listeners\", expected listeners: a list of listeners"),
            mistake(
                    "no clusters",
                    LISTENER,
                    "baton.yaml:1:1: no key \"clusters\", expected clusters: a list of clusters"),
            mistake(
                    "an empty list of listeners",
                    CLUSTER + "listeners: []\n",
                    "baton.yaml:2:12: listeners: a list of 0, expected 1 to 256 listeners"),
            mistake(
                    "listeners as a mapping",
                    CLUSTER + "listeners: { name: web }\n",
                    "baton.yaml:2:12: listeners: a mapping, expected a list of listeners"),
            mistake(
                    "a listener as a word",
                    CLUSTER + "listeners: [web]\n",
                    "baton.yaml:2:13: listeners[0]: \"web\", expected a mapping with name, address, reuse_port, tls, tcp"
                            + " or http"),
            mistake(
                    "a key with nothing after it",
                    GOOD + "handover:\n",
                    "baton.yaml:3:10: handover: nothing, expected a mapping with drain, parent_shutdown, batch, rate,"
                            + " rehearsal or ready_timeout"));

    static final List<Mistake> LISTENERS = List.of(
            listener(
                    "a listener without a name",
                    "{ address: 0.0.0.0:80 }",
                    "2:13: listeners[0]: no key \"name\"," + " expected name: a name"),
            listener(
                    "a listener without an address",
                    "{ name: web }",
                    "2:13: listeners[0]: no key \"address\", expected address: IP:PORT, [IPV6]:PORT or unix:/PATH"),
            listener(
                    "a listener that goes nowhere",
                    "{ name: web, address: 0.0.0.0:80 }",
                    "2:13: listeners[0]: no key \"tcp\" or \"http\", expected tcp: { cluster: NAME } or http: { routes: [ {"
                            + " prefix: /, cluster: NAME } ] }"),
            listener(
                    "a name with a space",
                    "{ name: my web, address: 0.0.0.0:80 }",
                    "2:21: listeners[0].name: \"my web\", expected a name of 1 to 64 of A-Z a-z 0-9 _ . -"),
            listener("a name that is a list", "{ name: [web] }", "2:21: listeners[0].name: a list, expected a name"),
            listener(
                    "an address without a port",
                    "{ name: web, address: 0.0.0.0 }",
                    "2:35: listeners[0].address: \"0.0.0.0\", expected IP:PORT, [IPV6]:PORT or unix:/PATH"),
            listener(
                    "a port alone",
                    "{ name: web, address: 8080 }",
                    "2:35: listeners[0].address: \"8080\", expected IP:PORT, [IPV6]:PORT or unix:/PATH"),
            listener(
                    "a host name to listen on",
                    "{ name: web, address: localhost:80 }",
                    "2:35: listeners[0].address: \"localhost:80\", expected IP:PORT, [IPV6]:PORT or unix:/PATH (a listener"
                            + " has no host name, 0.0.0.0 means every address)"),
            listener(
                    "IPv6 without brackets",
                    "{ name: web, address: \"::1:80\" }",
                    "2:35: listeners[0].address: \"::1:80\", expected IP:PORT, [IPV6]:PORT or unix:/PATH"),
            listener(
                    "a port beyond the last",
                    "{ name: web, address: 0.0.0.0:70000 }",
                    "2:35: listeners[0].address: \"0.0.0.0:70000\", expected a port from 1 to 65535"),
            listener(
                    "port 0",
                    "{ name: web, address: 0.0.0.0:0 }",
                    "2:35: listeners[0].address: \"0.0.0.0:0\", expected a port from 1 to 65535"),
            listener(
                    "a relative path of a socket",
                    "{ name: web, address: unix:app.sock }",
                    "2:35: listeners[0].address: \"unix:app.sock\", expected unix: and an absolute path, such as"
                            + " unix:/run/app.sock"),
            listener(
                    "a socket path too long for the kernel",
                    "{ name: web, address: unix:/" + "a".repeat(107) + " }",
                    "2:35: listeners[0].address: a path of 108 bytes, expected at most 107, as unix(7) allows no more"),
            listener(
                    "reuse_port on a UNIX socket",
                    "{ name: web, address: unix:/run/app.sock, reuse_port: true }",
                    "2:67: listeners[0].reuse_port: \"true\", expected false or no such key: a UNIX socket has no"
                            + " SO_REUSEPORT"),
            listener(
                    "yes for true",
                    "{ name: web, address: 0.0.0.0:80, reuse_port: yes }",
                    "2:59: listeners[0].reuse_port: \"yes\", expected true or false"),
            listener(
                    "a cluster that is not there",
                    "{ name: web, address: 0.0.0.0:80, tcp: { cluster: orgin } }",
                    "2:63: listeners[0].tcp.cluster: \"orgin\", expected the name of a cluster under clusters; did you mean"
                            + " \"origin\"?"),
            listener(
                    "a cluster like no other",
                    "{ name: web, address: 0.0.0.0:80, tcp: { cluster: zzz } }",
                    "2:63: listeners[0].tcp.cluster: \"zzz\", expected the name of a cluster under clusters"),
            listener(
                    "an idle timeout without a unit",
                    "{ name: web, address: 0.0.0.0:80, tcp: { cluster: origin, idle_timeout: 30 } }",
                    "2:85: listeners[0].tcp.idle_timeout: \"30\", expected a duration from 0s to 168h (a whole number and"
                            + " ms, s, m or h)"),
            mistake(
                    "two listeners of one name",
                    CLUSTER
                            + "listeners:\n  - { name: web, address: 0.0.0.0:80, tcp: { cluster: origin } }\n  - { name: web, address: 0.0.0.0:81, tcp: { cluster: origin } }\n",
                    "baton.yaml:4:13: listeners[1].name: \"web\", expected a name that is not taken"),
            mistake(
                    "two listeners on one address",
                    CLUSTER
                            + "listeners:\n  - { name: web, address: \"[::1]:80\", tcp: { cluster: origin } }\n  - { name: app, address: \"[0:0::1]:80\", tcp: { cluster: origin } }\n",
                    "baton.yaml:4:27: listeners[1].address: \"[0:0::1]:80\", expected an address of its own, listener"
                            + " \"web\" has this one"),
            mistake(
                    "a listener on the admin's address",
                    GOOD + "admin: { address: 0.0.0.0:80 }\n",
                    "baton.yaml:2:35: listeners[0].address: \"0.0.0.0:80\", expected an address of its own, admin has this"
                            + " one"));

    static final List<Mistake> CLUSTERS = List.of(
            cluster(
                    "a cluster without endpoints",
                    "{ name: origin }",
                    "2:12: clusters[0]: no key \"endpoints\"," + " expected endpoints: a list of endpoints"),
            cluster(
                    "an empty list of endpoints",
                    "{ name: origin, endpoints: [] }",
                    "2:39: clusters[0].endpoints: a list of 0, expected 1 to 256 endpoints"),
            cluster(
                    "one endpoint without brackets",
                    "{ name: origin, endpoints: 127.0.0.1:80 }",
                    "2:39: clusters[0].endpoints: \"127.0.0.1:80\", expected a list of endpoints"),
            cluster(
                    "an endpoint without a port",
                    "{ name: origin, endpoints: [127.0.0.1] }",
                    "2:40: clusters[0].endpoints[0]: \"127.0.0.1\", expected HOST:PORT, [IPV6]:PORT or unix:/PATH"),
            cluster(
                    "an IPv4 address out of range",
                    "{ name: origin, endpoints: [127.0.0.400:80] }",
                    "2:40: clusters[0].endpoints[0]: \"127.0.0.400:80\", expected HOST:PORT, [IPV6]:PORT or unix:/PATH"),
            cluster(
                    "an endpoint twice",
                    "{ name: origin, endpoints: [127.0.0.1:80, 127.0.0.1:80] }",
                    "2:54: clusters[0].endpoints[1]: \"127.0.0.1:80\", expected each endpoint once"),
            cluster(
                    "a host nobody knows",
                    "{ name: origin, endpoints: [nowhere.invalid:80] }",
                    "2:40: clusters[0].endpoints[0]: \"nowhere.invalid:80\", expected a host that can be found (the name is"
                            + " not known)"),
            cluster(
                    "a connect timeout of nothing",
                    "{ name: origin, endpoints: [127.0.0.1:80], connect_timeout: 0ms }",
                    "2:72: clusters[0].connect_timeout: \"0ms\", expected a duration from 1ms to 10m (a whole number and"
                            + " ms, s, m or h)"),
            cluster(
                    "two clusters of one name",
                    "{ name: a, endpoints: [127.0.0.1:80] }, { name: a, endpoints: [127.0.0.1:81] }",
                    "2:60: clusters[1].name: \"a\", expected a name that is not taken"));

    static final List<Mistake> REST = List.of(
            rest(
                    "an admin on a UNIX socket",
                    "admin: { address: \"unix:/run/admin.sock\" }",
                    "3:19: admin.address: \"unix:/run/admin.sock\", expected IP:PORT or [IPV6]:PORT"),
            rest(
                    "an admin without an address",
                    "admin: {}",
                    "3:8: admin: no key \"address\", expected address: IP:PORT or" + " [IPV6]:PORT"),
            rest(
                    "an access log without a path",
                    "access_log: { format: json }",
                    "3:13: access_log: no key \"path\", expected path: the path of a file"),
            rest(
                    "an unknown format",
                    "access_log: { path: a.log, format: xml }",
                    "3:36: access_log.format: \"xml\", expected text or json"),
            rest(
                    "a directory as the access log",
                    "access_log: { path: logs/ }",
                    "3:21: access_log.path: \"logs/\"," + " expected the path of a file"),
            rest(
                    "a parent that dies while it drains",
                    "handover: { drain: 30s, parent_shutdown: 30s }",
                    "3:42: handover.parent_shutdown: parent_shutdown=30s must exceed drain=30s, or the parent dies while"
                            + " it drains"),
            rest(
                    "a drain longer than the default parent_shutdown",
                    "handover: { drain: 1h }",
                    "3:20: handover.drain: parent_shutdown=15m (default) must exceed drain=1h, or the parent dies while it"
                            + " drains"),
            rest(
                    "a batch that would not go into one message",
                    "handover: { batch: 65 }",
                    "3:20: handover.batch: \"65\", expected a whole number from 1 to 64"),
            rest(
                    "a rehearsal that goes on and on",
                    "handover: { rehearsal: 1h }",
                    "3:24: handover.rehearsal: \"1h\", expected a duration from 0s to 30s (a whole number and ms, s, m or"
                            + " h)"),
            rest(
                    "a limit below one",
                    "limits: { connections: -1 }",
                    "3:24: limits.connections: \"-1\", expected a whole number from 1 to 1000000"),
            rest(
                    "a limit of too many digits",
                    "limits: { connections: 99999999999999999999 }",
                    "3:24: limits.connections: \"99999999999999999999\", expected a whole number from 1 to 1000000"),
            rest(
                    "a size without a unit",
                    "limits: { pipe: 65536 }",
                    "3:17: limits.pipe: \"65536\", expected a size from 4KiB to 1MiB (a whole number and B, KiB or MiB)"),
            rest(
                    "a size too large",
                    "limits: { pipe: 999999999GiB }",
                    "3:17: limits.pipe: \"999999999GiB\", expected a"
                            + " size from 4KiB to 1MiB (a whole number and B, KiB or MiB)"));

    private static Mistake mistake(String name, String yaml, String line) {
        return new Mistake(name, yaml, line);
    }

    private static Mistake listener(String name, String listener, String line) {
        return new Mistake(name, CLUSTER + "listeners: [" + listener + "]\n", "baton.yaml:" + line);
    }

    private static Mistake cluster(String name, String clusters, String line) {
        return new Mistake(name, LISTENER + "clusters: [" + clusters + "]\n", "baton.yaml:" + line);
    }

    private static Mistake rest(String name, String section, String line) {
        return new Mistake(name, GOOD + section + "\n", "baton.yaml:" + line);
    }
}
