package io.baton.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.proxy.ConfigException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What Baton has nothing for, or nobody could mean, and the one line each gets. */
class EnvoyMistakesTest {
    /**
     * A good config with one change.
     *
     * @param from what is taken out of it, {@code to} what is put there
     * @param line what the user reads, without the file and the place in it
     */
    record Mistake(String name, String from, String to, String line) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String PLACE = "^envoy\\.yaml:\\d+:\\d+: ";
    private static final String TYPE = "\"@type\": type.googleapis.com/envoy.extensions.";
    private static final String LISTENER = "static_resources.listeners[0]";
    private static final String CHAIN = LISTENER + ".filter_chains[0]";
    private static final String FILTER = CHAIN + ".filters[0].typed_config";
    private static final String HOST = FILTER + ".route_config.virtual_hosts[0]";
    private static final String CLUSTER = "static_resources.clusters[0]";
    private static final String ENDPOINT = CLUSTER + ".load_assignment.endpoints[0].lb_endpoints[0]";

    private static final String GOOD = """
            static_resources:
              listeners:
              - name: web
                address: { socket_address: { address: 127.0.0.1, port_value: 8080 } }
                #listener
                filter_chains:
                - filters:
                  - name: http
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: web
                      #manager
                      route_config:
                        #table
                        virtual_hosts:
                        - name: all
                          domains: [ "*" ]
                          #host
                          routes:
                          - match: { prefix: / }
                            route: { cluster: origin }
                            #route
                      http_filters:
                      - name: router
                        typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
                      #filters
                  #network
                  #chain
              clusters:
              - name: origin
                type: STATIC
                #cluster
                load_assignment:
                  cluster_name: origin
                  endpoints:
                  - lb_endpoints:
                    - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: 9000 } } }
                      #endpoint
            #root
            """;

    static final List<Mistake> FORMS = List.of(
            whole(
                    "nothing in the file",
                    "",
                    "envoy.yaml:1:1: the file is empty, expected a config with at least one listener"),
            whole(
                    "no YAML",
                    "static_resources: [",
                    "envoy.yaml:1:20: not YAML: while parsing a flow node, expected the node content, but found '<stream end>'"),
            whole(
                    "a list at the top",
                    "- a",
                    "envoy.yaml:1:1: a list, expected a mapping, envoy.config.bootstrap.v3.Bootstrap"),
            whole(
                    "nothing but a node",
                    "node: { id: x }",
                    "envoy.yaml:1:1: no static_resources, expected listeners and clusters"),
            whole(
                    "a key twice",
                    "node: { id: x }\nnode: { id: y }",
                    "envoy.yaml:2:1: key \"node\" again, expected it once (it stands in line 1)"),
            whole(
                    "a key by both of its names",
                    "static_resources: {}\nstaticResources: {}",
                    "envoy.yaml:2:18: static_resources: a second time, as \"staticResources\", expected it once"),
            whole(
                    "no listeners",
                    "static_resources: {}",
                    "envoy.yaml:1:19: static_resources: no listeners, expected at least one"),
            mistake(
                    "a field that Envoy does not have",
                    "#listener",
                    "adress: 1",
                    LISTENER
                            + ": unknown field \"adress\", expected one of envoy.config.listener.v3.Listener; did you mean"
                            + " \"address\"?"),
            mistake(
                    "an unknown field of an extension",
                    "#manager",
                    "stat_prefixes: a",
                    FILTER
                            + ": unknown field \"stat_prefixes\", expected one of envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;"
                            + " did you mean \"stat_prefix\"?"),
            mistake(
                    "a number for a text",
                    "name: web",
                    "name: 12",
                    LISTENER + ".name: \"12\" without quotes is no text in YAML, expected quotes"),
            mistake(
                    "a text for a number",
                    "port_value: 8080",
                    "port_value: http",
                    LISTENER + ".address.socket_address.port_value: \"http\", expected a whole number"),
            mistake(
                    "a negative port",
                    "port_value: 8080",
                    "port_value: -1",
                    LISTENER + ".address.socket_address.port_value: \"-1\", expected a whole number"),
            mistake(
                    "maybe for true",
                    "#listener",
                    "enable_reuse_port: maybe",
                    LISTENER + ".enable_reuse_port: \"maybe\", expected true or false"),
            mistake(
                    "a duration without a unit",
                    "#cluster",
                    "connect_timeout: 5",
                    CLUSTER + ".connect_timeout: \"5\", expected a duration in seconds such as 5s or 0.25s"),
            mistake(
                    "a duration in milliseconds",
                    "#cluster",
                    "connect_timeout: 250ms",
                    CLUSTER + ".connect_timeout: \"250ms\", expected a duration in seconds such as 5s or 0.25s"),
            mistake(
                    "a word that is no choice",
                    "type: STATIC",
                    "type: STATICS",
                    CLUSTER + ".type: \"STATICS\", expected STATIC, STRICT_DNS, LOGICAL_DNS, EDS or ORIGINAL_DST"),
            mistake(
                    "a mapping for a list",
                    "domains: [ \"*\" ]",
                    "domains: \"*\"",
                    HOST + ".domains: \"*\", expected a list"),
            mistake(
                    "two of which one is meant",
                    "match: { prefix: / }",
                    "match: { prefix: /, path: /x }",
                    HOST + ".routes[0].match.path: beside prefix, expected one of the two"),
            mistake(
                    "an extension without a type",
                    "typed_config: { \"@type\": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }",
                    "typed_config: {}",
                    FILTER
                            + ".http_filters[0].typed_config: no \"@type\", expected it: the name of an extension's message"));

    static final List<Mistake> LISTENERS = List.of(
            mistake(
                    "what only xDS brings",
                    "#root",
                    "dynamic_resources: { ads_config: { api_type: GRPC } }",
                    "dynamic_resources.ads_config: not supported, expected nothing here"),
            mistake(
                    "a sink of statistics, whose extension is unknown too",
                    "#root",
                    "stats_sinks: [ { name: s, typed_config: { \"@type\": type.googleapis.com/envoy.config.metrics.v3.StatsdSink } } ]",
                    "stats_sinks: not supported, expected static_resources, admin, dynamic_resources, cluster_manager or watchdog"),
            mistake(
                    "a runtime",
                    "#root",
                    "layered_runtime: { layers: [ { name: a, admin_layer: {} } ] }",
                    "layered_runtime: not supported, expected static_resources, admin, dynamic_resources, cluster_manager or"
                            + " watchdog"),
            mistake(
                    "a watchdog that bites",
                    "#root",
                    "watchdog: { miss_timeout: 1s }",
                    "watchdog.miss_timeout: not supported, expected nothing here"),
            mistake(
                    "an access log of the admin",
                    "#root",
                    "admin: { access_log_path: /var/log/admin.log }",
                    "admin.access_log_path: not supported, expected none or the file /dev/null: the lines of Baton's own access"
                            + " log differ"),
            mistake(
                    "an admin on a pipe",
                    "#root",
                    "admin: { address: { pipe: { path: /run/admin.sock } } }",
                    "admin.address: a pipe, expected socket_address: Baton's admin speaks TCP"),
            mistake(
                    "secrets",
                    "  clusters:",
                    "  secrets: [ { name: a } ]\n  clusters:",
                    "static_resources.secrets: not supported, expected listeners or clusters"),
            mistake(
                    "a UDP listener",
                    "address: 127.0.0.1, port_value: 8080",
                    "protocol: UDP, address: 127.0.0.1, port_value: 8080",
                    LISTENER + ".address.socket_address.protocol: UDP is not supported yet, expected TCP"),
            mistake(
                    "options of a UDP listener",
                    "#listener",
                    "udp_listener_config: {}",
                    LISTENER + ".udp_listener_config: UDP is not supported yet, expected a TCP listener"),
            mistake(
                    "any port",
                    "port_value: 8080",
                    "port_value: 0",
                    LISTENER
                            + ".address.socket_address.port_value: 0, expected 1 to 65535 (the next generation finds the socket by its"
                            + " port)"),
            mistake(
                    "a name to listen on",
                    "address: 127.0.0.1, port_value: 8080",
                    "address: localhost, port_value: 8080",
                    LISTENER + ".address.socket_address.address: \"localhost\", expected an IP address"),
            mistake(
                    "both stacks in one socket",
                    "address: 127.0.0.1, port_value: 8080",
                    "ipv4_compat: true, address: \"::\", port_value: 8080",
                    LISTENER
                            + ".address.socket_address.ipv4_compat: not supported, expected protocol, address or port_value"),
            mistake(
                    "a pipe with a mode",
                    "socket_address: { address: 127.0.0.1, port_value: 8080 }",
                    "pipe: { path: /run/a.sock, mode: 416 }",
                    LISTENER + ".address.pipe.mode: not supported, expected path"),
            mistake(
                    "an abstract pipe",
                    "socket_address: { address: 127.0.0.1, port_value: 8080 }",
                    "pipe: { path: \"@a\" }",
                    LISTENER + ".address.pipe.path: \"@a\", expected an absolute path such as /run/app.sock"),
            mistake(
                    "a pipe for each worker",
                    "socket_address: { address: 127.0.0.1, port_value: 8080 } }",
                    "pipe: { path: /run/a.sock } }\n    enable_reuse_port: true",
                    LISTENER + ".enable_reuse_port: true on a pipe, expected false: it has no SO_REUSEPORT"),
            mistake(
                    "a listener that does not listen",
                    "#listener",
                    "bind_to_port: false",
                    LISTENER + ".bind_to_port: false is not supported, expected true: Baton binds its listeners"),
            mistake(
                    "a second address",
                    "#listener",
                    "additional_addresses: [ { address: { socket_address: { address: 127.0.0.2, port_value: 80 } } } ]",
                    LISTENER
                            + ".additional_addresses: not supported, expected name, address, filter_chains, default_filter_chain,"
                            + " listener_filters, listener_filters_timeout, enable_reuse_port, bind_to_port or udp_listener_config"),
            mistake(
                    "the PROXY protocol",
                    "#listener",
                    "listener_filters: [ { name: p, typed_config: { " + TYPE
                            + "filters.listener.proxy_protocol.v3.ProxyProtocol } } ]",
                    LISTENER
                            + ".listener_filters[0].typed_config: \"envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol\" is"
                            + " not supported, expected envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"),
            mistake(
                    "a second network filter",
                    "#network",
                    "- { name: rbac, typed_config: { " + TYPE + "filters.network.rbac.v3.RBAC } }",
                    CHAIN + ".filters[1]: a second filter is not supported, expected one"),
            mistake(
                    "another network filter first",
                    "- filters:\n",
                    "- filters:\n      - { name: rbac, typed_config: { " + TYPE + "filters.network.rbac.v3.RBAC } }\n",
                    FILTER
                            + ": \"envoy.extensions.filters.network.rbac.v3.RBAC\" is not supported, expected"
                            + " envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy or"
                            + " envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
            mistake(
                    "a chain by ports",
                    "#chain",
                    "filter_chain_match: { destination_port: 80 }",
                    CHAIN
                            + ".filter_chain_match.destination_port: not supported, expected server_names or transport_protocol"),
            mistake(
                    "HTTP by server names",
                    "#chain",
                    "filter_chain_match: { server_names: [ a.example.com ] }",
                    CHAIN + ".filters: HTTP beside server_names, expected tcp_proxy: TLS is passed on unopened"),
            mistake(
                    "time for a handshake that there is not",
                    "#chain",
                    "transport_socket_connect_timeout: 1s",
                    CHAIN
                            + ".transport_socket_connect_timeout: without a transport_socket, expected both: nothing is waited for"),
            mistake(
                    "a transport socket that is no TLS",
                    "#chain",
                    "transport_socket: { name: alts, typed_config: { " + TYPE + "transport_sockets.alts.v3.Alts } }",
                    CHAIN
                            + ".transport_socket.typed_config: \"envoy.extensions.transport_sockets.alts.v3.Alts\" is not supported,"
                            + " expected envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"));

    static final List<Mistake> HTTP = List.of(
            mistake(
                    "HTTP/3",
                    "#manager",
                    "codec_type: HTTP3",
                    FILTER + ".codec_type: HTTP3 is not supported, expected AUTO, HTTP1 or HTTP2"),
            mistake(
                    "a filter of HTTP that is not the router",
                    "http_filters:\n",
                    "http_filters:\n          - { name: cors, typed_config: { " + TYPE
                            + "filters.http.cors.v3.Cors } }\n",
                    FILTER
                            + ".http_filters[0].typed_config: \"envoy.extensions.filters.http.cors.v3.Cors\" is not supported,"
                            + " expected envoy.extensions.filters.http.router.v3.Router"),
            mistake(
                    "routes from somewhere else",
                    "#manager",
                    "tracing: {}",
                    FILTER
                            + ".tracing: not supported, expected codec_type, route_config, http_filters, common_http_protocol_options,"
                            + " http_protocol_options, http2_protocol_options, stream_idle_timeout, request_timeout,"
                            + " request_headers_timeout, max_request_headers_kb, use_remote_address, server_header_transformation,"
                            + " generate_request_id, normalize_path, path_with_escaped_slashes_action, upgrade_configs or access_log"),
            mistake(
                    "a log of requests",
                    "#manager",
                    "access_log: [ { name: f, typed_config: { " + TYPE
                            + "access_loggers.file.v3.FileAccessLog, path: /var/log/a.log } } ]",
                    FILTER
                            + ".access_log[0]: not supported, expected none or the file /dev/null: the lines of Baton's own access log"
                            + " differ"),
            mistake(
                    "a log to stdout",
                    "#manager",
                    "access_log: [ { name: f, typed_config: { " + TYPE
                            + "access_loggers.stream.v3.StdoutAccessLog } } ]",
                    FILTER
                            + ".access_log[0].typed_config: \"envoy.extensions.access_loggers.stream.v3.StdoutAccessLog\" is not"
                            + " supported, expected envoy.extensions.access_loggers.file.v3.FileAccessLog"),
            mistake(
                    "a limit on whole requests",
                    "#manager",
                    "request_timeout: 10s",
                    FILTER
                            + ".request_timeout: not supported, expected none or 0s: Baton limits pauses of a request, not its length"),
            mistake(
                    "paths made normal",
                    "#manager",
                    "normalize_path: true",
                    FILTER + ".normalize_path: true is not supported, expected false"),
            mistake(
                    "another upgrade",
                    "#manager",
                    "upgrade_configs: [ { upgrade_type: spdy } ]",
                    FILTER + ".upgrade_configs[0]: \"spdy\" is not supported, expected websocket or CONNECT, enabled"),
            mistake(
                    "a window that hardly opens",
                    "#manager",
                    "http2_protocol_options: { initial_stream_window_size: 100 }",
                    FILTER + ".http2_protocol_options.initial_stream_window_size: 100, expected 16384 to 67108864"),
            mistake(
                    "time finer than Baton measures",
                    "#manager",
                    "stream_idle_timeout: 1.0005s",
                    FILTER + ".stream_idle_timeout: 1.0005s, expected whole milliseconds from 0s to 604800s"),
            mistake(
                    "a redirect",
                    "route: { cluster: origin }",
                    "redirect: { https_redirect: true }",
                    HOST + ".routes[0].redirect: not supported, expected match or route"),
            mistake(
                    "an answer of the proxy itself",
                    "route: { cluster: origin }",
                    "direct_response: { status: 200 }",
                    HOST + ".routes[0].direct_response: not supported, expected match or route"),
            mistake(
                    "a regular expression",
                    "match: { prefix: / }",
                    "match: { safe_regex: { regex: \"/.*\" } }",
                    HOST
                            + ".routes[0].match.safe_regex: not supported, expected prefix, path, path_separated_prefix,"
                            + " connect_matcher, case_sensitive or headers"),
            mistake(
                    "a header by its prefix",
                    "match: { prefix: / }",
                    "match: { prefix: /, headers: [ { name: a, string_match: { prefix: b } } ] }",
                    HOST + ".routes[0].match.headers[0].string_match.prefix: not supported, expected exact"),
            mistake(
                    "a header that is there",
                    "match: { prefix: / }",
                    "match: { prefix: /, headers: [ { name: a, present_match: true } ] }",
                    HOST
                            + ".routes[0].match.headers[0].present_match: not supported, expected name, string_match or exact_match"),
            mistake(
                    "the method as a header",
                    "match: { prefix: / }",
                    "match: { prefix: /, headers: [ { name: \":method\", string_match: { exact: GET } } ] }",
                    HOST + ".routes[0].match.headers[0].name: \":method\", expected the name of a header"),
            mistake(
                    "a path in any case",
                    "match: { prefix: / }",
                    "match: { prefix: /, case_sensitive: false }",
                    HOST + ".routes[0].match.case_sensitive: false is not supported, expected true"),
            mistake(
                    "clusters by weight",
                    "route: { cluster: origin }",
                    "route: { weighted_clusters: { clusters: [ { name: origin, weight: 1 } ] } }",
                    HOST + ".routes[0].route.weighted_clusters: not supported, expected cluster or timeout"),
            mistake(
                    "retries",
                    "route: { cluster: origin }",
                    "route: { cluster: origin, retry_policy: { retry_on: 5xx } }",
                    HOST + ".routes[0].route.retry_policy: not supported, expected cluster or timeout"),
            mistake(
                    "a path made another",
                    "route: { cluster: origin }",
                    "route: { cluster: origin, prefix_rewrite: /x }",
                    HOST + ".routes[0].route.prefix_rewrite: not supported, expected cluster or timeout"),
            mistake(
                    "a cluster that is not there",
                    "route: { cluster: origin }",
                    "route: { cluster: orgin }",
                    HOST
                            + ".routes[0].route.cluster: \"orgin\", expected the name of a static cluster; did you mean \"origin\"?"),
            mistake(
                    "two timeouts",
                    "#route",
                    "name: a\n              - { match: { prefix: /x }, route: { cluster: origin, timeout: 3s } }",
                    HOST
                            + ".routes[1].route.timeout: 3s, expected 15s as in the route before it: Baton has one for the listener"),
            mistake(
                    "a domain with a port",
                    "domains: [ \"*\" ]",
                    "domains: [ \"example.com:80\" ]",
                    HOST + ".domains[0]: \"example.com:80\", expected a whole host, *.example.com or *, without port"),
            mistake(
                    "a domain that ends in a star",
                    "domains: [ \"*\" ]",
                    "domains: [ \"example.*\" ]",
                    HOST + ".domains[0]: \"example.*\", expected a whole host, *.example.com or *, without port"),
            mistake(
                    "a virtual host that would fall through",
                    "virtual_hosts:\n",
                    "virtual_hosts:\n            - { name: a, domains: [ a.example.com ], routes: [ { match: { prefix: /v1 }, route: { cluster: origin } } ] }\n",
                    HOST
                            + ".routes: what none of them matches would go on to domain \"*\", expected a last route for all paths"
                            + " (prefix: /, connect_matcher if the other has one)"),
            mistake(
                    "HTTPS only",
                    "#host",
                    "require_tls: ALL",
                    HOST + ".require_tls: not supported, expected domains or routes"),
            mistake(
                    "headers to add",
                    "#table",
                    "request_headers_to_add: [ { header: { key: a, value: b } } ]",
                    FILTER + ".route_config.request_headers_to_add: not supported, expected virtual_hosts"));

    static final List<Mistake> CLUSTERS = List.of(
            mistake(
                    "endpoints from elsewhere",
                    "type: STATIC",
                    "type: EDS",
                    CLUSTER + ".type: EDS is not supported, expected STATIC, STRICT_DNS or LOGICAL_DNS"),
            mistake(
                    "a ring",
                    "#cluster",
                    "lb_policy: RING_HASH",
                    CLUSTER + ".lb_policy: RING_HASH is not supported, expected ROUND_ROBIN, LEAST_REQUEST or RANDOM"),
            mistake(
                    "outliers",
                    "#cluster",
                    "outlier_detection: {}",
                    CLUSTER
                            + ".outlier_detection: not supported, expected name, type, connect_timeout, load_assignment, lb_policy,"
                            + " health_checks, circuit_breakers, transport_socket, typed_extension_protocol_options,"
                            + " http2_protocol_options or dns_lookup_family"),
            mistake(
                    "a name in a static cluster",
                    "address: 127.0.0.1, port_value: 9000",
                    "address: localhost, port_value: 9000",
                    ENDPOINT
                            + ".endpoint.address.socket_address.address: \"localhost\", expected an IP address in a STATIC cluster"
                            + " (STRICT_DNS has names)"),
            mistake(
                    "an endpoint twice",
                    "#endpoint",
                    "health_status: UNKNOWN\n        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: 9000 } } }",
                    CLUSTER
                            + ".load_assignment.endpoints[0].lb_endpoints[1]: 127.0.0.1:9000 again, expected each endpoint once"),
            mistake(
                    "a weight beyond Baton's",
                    "#endpoint",
                    "load_balancing_weight: 1000",
                    ENDPOINT + ".load_balancing_weight: 1000, expected 1 to 100"),
            mistake(
                    "an endpoint that drains",
                    "#endpoint",
                    "health_status: DRAINING",
                    ENDPOINT + ".health_status: DRAINING is not supported, expected UNKNOWN or HEALTHY"),
            mistake(
                    "a priority",
                    "#endpoint",
                    "health_status: UNKNOWN\n        priority: 1",
                    CLUSTER + ".load_assignment.endpoints[0].priority: not supported, expected lb_endpoints"),
            mistake(
                    "a check by gRPC",
                    "#cluster",
                    "health_checks: [ { timeout: 1s, interval: 1s, unhealthy_threshold: 1, healthy_threshold: 1, grpc_health_check: {} } ]",
                    CLUSTER
                            + ".health_checks[0].grpc_health_check: not supported, expected timeout, interval, unhealthy_threshold,"
                            + " healthy_threshold, http_health_check or tcp_health_check"),
            mistake(
                    "a check without a threshold",
                    "#cluster",
                    "health_checks: [ { timeout: 1s, interval: 1s, healthy_threshold: 1, tcp_health_check: {} } ]",
                    CLUSTER + ".health_checks[0]: no unhealthy_threshold, expected 1 to 100"),
            mistake(
                    "two checks",
                    "#cluster",
                    "health_checks: [ {}, {} ]",
                    CLUSTER + ".health_checks: a list of 2, expected at most 1"),
            mistake(
                    "circuit breakers of high priority",
                    "#cluster",
                    "circuit_breakers: { thresholds: [ { priority: HIGH } ] }",
                    CLUSTER
                            + ".circuit_breakers.thresholds[0].priority: HIGH is not supported, expected DEFAULT: all routes are that"),
            mistake(
                    "options of another extension",
                    "#cluster",
                    "typed_extension_protocol_options: { a.b: { " + TYPE + "upstreams.http.v3.HttpProtocolOptions } }",
                    CLUSTER
                            + ".typed_extension_protocol_options[\"a.b\"]: not supported, expected"
                            + " envoy.extensions.upstreams.http.v3.HttpProtocolOptions"),
            mistake(
                    "TLS that verifies nobody",
                    "#cluster",
                    "transport_socket: { name: tls, typed_config: { " + TYPE
                            + "transport_sockets.tls.v3.UpstreamTlsContext, sni: a, common_tls_context: {} } }",
                    CLUSTER
                            + ".transport_socket.typed_config.common_tls_context: no validation_context, expected one with trusted_ca or"
                            + " system_root_certs: Baton verifies certificates, Envoy would not"),
            mistake(
                    "a key in the config",
                    "#chain",
                    "transport_socket: { name: tls, typed_config: { " + TYPE
                            + "transport_sockets.tls.v3.DownstreamTlsContext, common_tls_context: { tls_certificates: [ { certificate_chain: { filename: a }, private_key: { inline_string: b } } ] } } }",
                    CHAIN
                            + ".transport_socket.typed_config.common_tls_context.tls_certificates[0].private_key.inline_string: not"
                            + " supported, expected filename"),
            mistake(
                    "an old version of TLS",
                    "#chain",
                    "transport_socket: { name: tls, typed_config: { " + TYPE
                            + "transport_sockets.tls.v3.DownstreamTlsContext, common_tls_context: { tls_params: { tls_minimum_protocol_version: TLSv1_0 }, tls_certificates: [ { certificate_chain: { filename: a }, private_key: { filename: b } } ] } } }",
                    CHAIN
                            + ".transport_socket.typed_config.common_tls_context.tls_params.tls_minimum_protocol_version: TLSv1_0 is not"
                            + " supported, expected TLSv1_2 or TLSv1_3"));

    @ParameterizedTest
    @FieldSource({"FORMS", "LISTENERS", "HTTP", "CLUSTERS"})
    void everyMistakeGetsOneLineThatNamesPathAndExpectation(Mistake mistake) {
        String text = mistake.from().isEmpty() ? mistake.to() : GOOD.replace(mistake.from(), mistake.to());
        assertThat(text).isNotEqualTo(GOOD);
        assertThatThrownBy(() -> EnvoyFiles.parse(text))
                .isInstanceOf(ConfigException.class)
                .extracting(e -> mistake.from().isEmpty() ? line(e) : line(e).replaceFirst(PLACE, ""))
                .isEqualTo(mistake.line());
    }

    private static String line(Throwable e) {
        return String.valueOf(e.getMessage());
    }

    @Test
    void withoutAMistakeItLoads() throws Exception {
        assertThat(EnvoyFiles.parse(GOOD).listeners()).hasSize(1);
    }

    private static Mistake mistake(String name, String from, String to, String line) {
        return new Mistake(name, from, to, line);
    }

    private static Mistake whole(String name, String yaml, String line) {
        return new Mistake(name, "", yaml, line);
    }
}
