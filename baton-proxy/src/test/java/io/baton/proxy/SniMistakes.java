package io.baton.proxy;

import io.baton.proxy.ConfigMistakes.Mistake;
import java.util.List;

/** Configs with one mistake each in where server names go, and the one line each gets. */
final class SniMistakes {
    private static final String CLUSTER = "clusters: [{ name: origin, endpoints: [\"127.0.0.1:9000\"] }]\n";
    private static final String FORM = "a host name without port, such as example.com or *.example.com";

    private SniMistakes() {}

    static final List<Mistake> SNI = List.of(
            tcp(
                    "neither a cluster nor server names",
                    "{ idle_timeout: 1m }",
                    ":52: listeners[0].tcp: no key \"cluster\" or \"sni\", expected cluster: the name of a cluster or"
                            + " sni: [ { server_name: HOST, cluster: NAME } ]"),
            tcp(
                    "no server names at all",
                    "{ sni: [] }",
                    ":59: listeners[0].tcp.sni: a list of 0, expected 1 to 1024 routes"),
            tcp(
                    "a server name alone",
                    "{ sni: [ a.example.com ] }",
                    ":61: listeners[0].tcp.sni[0]: \"a.example.com\", expected a mapping with server_name or cluster"),
            tcp(
                    "a server name that goes nowhere",
                    "{ sni: [ { server_name: a.example.com } ] }",
                    ":61: listeners[0].tcp.sni[0]: no key \"cluster\", expected cluster: the name of a cluster"),
            tcp(
                    "a route for no server name",
                    "{ sni: [ { cluster: origin } ] }",
                    ":61: listeners[0].tcp.sni[0]: no key \"server_name\", expected server_name: " + FORM),
            tcp(
                    "a host instead of a server name",
                    "{ sni: [ { host: a.example.com, cluster: origin } ] }",
                    ":63: listeners[0].tcp.sni[0]: unknown key \"host\", expected server_name or cluster"),
            tcp(
                    "a server name with a port",
                    "{ sni: [ { server_name: \"a.example.com:443\", cluster: origin } ] }",
                    ":76: listeners[0].tcp.sni[0].server_name: \"a.example.com:443\", expected " + FORM),
            tcp(
                    "an address for a server name",
                    "{ sni: [ { server_name: \"[::1]\", cluster: origin } ] }",
                    ":76: listeners[0].tcp.sni[0].server_name: \"[::1]\", expected " + FORM),
            tcp(
                    "a star for every server name",
                    "{ sni: [ { server_name: \"*\", cluster: origin } ] }",
                    ":76: listeners[0].tcp.sni[0].server_name: \"*\", expected " + FORM
                            + " (every other name goes to tcp.cluster)"),
            tcp(
                    "a star in the middle of a server name",
                    "{ sni: [ { server_name: a.*.example.com, cluster: origin } ] }",
                    ":76: listeners[0].tcp.sni[0].server_name: \"a.*.example.com\", expected " + FORM),
            tcp(
                    "a server name twice",
                    "{ sni: [ { server_name: a.b, cluster: origin }, { server_name: A.b, cluster: origin } ] }",
                    ":115: listeners[0].tcp.sni[1].server_name: \"A.b\", expected each server name once"),
            tcp(
                    "a server name that goes to a cluster that is not there",
                    "{ sni: [ { server_name: a.b, cluster: orgin } ] }",
                    ":90: listeners[0].tcp.sni[0].cluster: \"orgin\", expected the name of a cluster under clusters; did"
                            + " you mean \"origin\"?"),
            tcp(
                    "a hello that may take for ever",
                    "{ sni: [ { server_name: a.b, cluster: origin } ], hello_timeout: 0s }",
                    ":117: listeners[0].tcp.hello_timeout: \"0s\", expected a duration from 10ms to 10m (a whole number and"
                            + " ms, s, m or h)"),
            tcp(
                    "time for a hello that nobody waits for",
                    "{ cluster: origin, hello_timeout: 3s }",
                    ":86: listeners[0].tcp.hello_timeout: hello_timeout without sni, expected both: nothing is waited for"
                            + " otherwise"));

    private static Mistake tcp(String name, String tcp, String line) {
        return new Mistake(
                name,
                CLUSTER + "listeners: [{ name: web, address: 0.0.0.0:80, tcp: " + tcp + " }]\n",
                "baton.yaml:2" + line);
    }
}
