package io.baton.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.baton.proxy.ConfigException;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * No field is passed over in silence: every field that Envoy's messages have and a good config has not is set, one at a time, wherever it
 * can be. It is refused with its path, or it is one of those of which this test says that they may stand there.
 */
class EveryFieldTest {
    /** Set to 1, "x", true, the first choice that is not the default, or something empty, these are good, or good in some place. */
    private static final Set<String> GOOD = Set.of(
            "Bootstrap.admin", // without an address there is none
            "Bootstrap.cluster_manager", // empty
            "Bootstrap.dynamic_resources", // empty
            "Bootstrap.node", // harmless
            "Bootstrap.watchdog", // empty
            "AccessLog.name", // harmless
            "Cluster.alt_stat_name", // harmless
            "Cluster.circuit_breakers", // empty
            "Cluster.connect_timeout", // 0.1 s
            "Cluster.dns_lookup_family", // V4_ONLY
            "Cluster.http2_protocol_options", // HTTP/2
            "Cluster.lb_policy", // LEAST_REQUEST
            "Cluster.type", // STRICT_DNS
            "CertificateValidationContext.system_root_certs", // empty
            "CircuitBreakers.thresholds", // empty
            "ClusterLoadAssignment.cluster_name", // harmless
            "ClusterLoadAssignment.endpoints", // one more of nothing
            "LocalityLbEndpoints.lb_endpoints",
            "CommonTlsContext.tls_params", // empty
            "DownstreamTlsContext.require_client_certificate",
            "ExplicitHttpConfig.http_protocol_options", // empty
            "ExplicitHttpConfig.http2_protocol_options", // empty
            "Filter.name", // harmless
            "FilterChain.filter_chain_match", // empty
            "FilterChain.name", // harmless
            "FilterChain.transport_socket_connect_timeout", // 0.1 s
            "HeaderMatcher.exact_match", // instead of string_match
            "HealthCheck.tcp_health_check", // instead of http_health_check
            "HttpHealthCheck.host",
            "HttpHealthCheck.method", // GET
            "HttpConnectionManager.path_with_escaped_slashes_action", // KEEP_UNCHANGED
            "Http2ProtocolOptions.max_concurrent_streams",
            "HttpConnectionManager.codec_type", // HTTP1
            "HttpConnectionManager.common_http_protocol_options", // empty
            "HttpConnectionManager.drain_timeout", // harmless
            "HttpConnectionManager.http2_protocol_options", // empty
            "HttpConnectionManager.http_protocol_options", // empty
            "HttpConnectionManager.max_request_headers_kb",
            "HttpConnectionManager.request_headers_timeout", // 0.1 s
            "HttpConnectionManager.stat_prefix", // harmless
            "HttpConnectionManager.stream_idle_timeout", // 0.1 s
            "HttpConnectionManager.use_remote_address",
            "HttpFilter.name", // harmless
            "HttpProtocolOptions.common_http_protocol_options", // empty
            "HttpProtocolOptions.idle_timeout", // 0.1 s
            "LbEndpoint.health_status", // HEALTHY
            "LbEndpoint.load_balancing_weight",
            "Listener.bind_to_port", // true
            "Listener.enable_reuse_port", // true
            "Listener.listener_filters_timeout", // 0.1 s
            "Listener.name",
            "Listener.stat_prefix", // harmless
            "ListenerFilter.name", // harmless
            "RouteAction.timeout", // 0.1 s, of the only route
            "RouteConfiguration.ignore_port_in_host_matching", // harmless
            "RouteConfiguration.name", // harmless
            "RouteConfiguration.validate_clusters", // harmless
            "RouteMatch.case_sensitive", // true
            "RouteMatch.connect_matcher", // instead of the path
            "Route.name", // harmless
            "Router.suppress_envoy_headers", // harmless
            "TcpProxy.idle_timeout", // 0.1 s
            "TcpProxy.stat_prefix", // harmless
            "Thresholds.max_connections",
            "Thresholds.max_pending_requests", // harmless
            "Thresholds.max_requests",
            "Thresholds.max_retries", // harmless
            "TlsParameters.tls_maximum_protocol_version",
            "TlsParameters.tls_minimum_protocol_version",
            "TransportSocket.name", // harmless
            "UpgradeConfig.enabled", // true
            "VirtualHost.name"); // harmless

    private final Set<String> accepted = new TreeSet<>();
    private final List<String> silent = new ArrayList<>();
    private int refused;

    @Test
    void everyFieldIsReadOrRefusedByItsPath() throws Exception {
        for (String file : EnvoyFiles.ALL) {
            Bootstrap good = Document.parse(new Source(file), file, EnvoyFiles.text(file));
            vary(good, "", changed -> changed);
        }

        assertThat(silent).as("refused without their path").isEmpty();
        accepted.removeIf(name -> name.startsWith("Node."));
        assertThat(GOOD).as("fields that may be set").containsAll(accepted);
        assertThat(refused).as("fields refused").isGreaterThan(1000);
    }

    /** @param whole puts a changed message back to where it is in the bootstrap */
    private void vary(Message message, String path, UnaryOperator<Message> whole) throws Exception {
        Descriptor type = message.getDescriptorForType();
        if (type.getFullName().startsWith("google.protobuf.")) {
            return;
        }
        for (FieldDescriptor field : type.getFields()) {
            String at = path.isEmpty() ? field.getName() : path + "." + field.getName();
            Message.Builder builder = message.toBuilder();
            boolean set = field.isRepeated()
                    ? message.getRepeatedFieldCount(field) > 0
                    : message.getAllFields().containsKey(field);
            if (set) {
                descend(message, field, at, whole);
            } else if (!field.isMapField()) {
                if (field.isRepeated()) {
                    builder.addRepeatedField(field, sample(builder, field));
                } else {
                    builder.setField(field, sample(builder, field));
                }
                look(type.getName() + "." + field.getName(), at, (Bootstrap) whole.apply(builder.build()));
            }
        }
    }

    private void descend(Message message, FieldDescriptor field, String at, UnaryOperator<Message> whole)
            throws Exception {
        if (field.getJavaType() != JavaType.MESSAGE || field.isMapField()) {
            return;
        }
        if (field.isRepeated()) {
            for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
                int index = i;
                enter(
                        (Message) message.getRepeatedField(field, i),
                        "%s[%d]".formatted(at, i),
                        changed -> whole.apply(message.toBuilder()
                                .setRepeatedField(field, index, changed)
                                .build()));
            }
        } else {
            enter(
                    (Message) message.getField(field),
                    at,
                    changed -> whole.apply(
                            message.toBuilder().setField(field, changed).build()));
        }
    }

    private void enter(Message child, String at, UnaryOperator<Message> whole) throws Exception {
        Descriptor type = child.getDescriptorForType();
        if (!type.getFullName().equals("google.protobuf.Any")) {
            vary(child, at, whole);
            return;
        }
        FieldDescriptor value = type.findFieldByName("value");
        Descriptor inside = KnownTypes.find((String) child.getField(type.findFieldByName("type_url")))
                .orElseThrow();
        Message opened = DynamicMessage.parseFrom(inside, (ByteString) child.getField(value));
        vary(
                opened,
                at,
                changed -> whole.apply(child.toBuilder()
                        .setField(value, changed.toByteString())
                        .build()));
    }

    private static Object sample(Message.Builder builder, FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case INT -> 1;
            case LONG -> 1L;
            case FLOAT -> 1f;
            case DOUBLE -> 1d;
            case BOOLEAN -> true;
            case STRING -> "x";
            case BYTE_STRING -> ByteString.copyFromUtf8("x");
            case ENUM -> {
                List<EnumValueDescriptor> values = field.getEnumType().getValues();
                yield values.get(Math.min(1, values.size() - 1));
            }
            case MESSAGE -> filled(builder.newBuilderForField(field));
        };
    }

    /** Wrappers hold 1 and durations 0.1 s: empty they would often say what is so in any case. */
    private static Message filled(Message.Builder builder) {
        Descriptor type = builder.getDescriptorForType();
        if (type.getFullName().equals("google.protobuf.Duration")) {
            builder.setField(type.findFieldByName("nanos"), 100_000_000);
        } else if (type.getFullName().matches("google\\.protobuf\\.[A-Za-z0-9]+Value")) {
            FieldDescriptor value = type.findFieldByName("value");
            builder.setField(value, sample(builder, value));
        }
        return builder.build();
    }

    private void look(String field, String path, Bootstrap changed) {
        try {
            EnvoyConfig.read(new Source("envoy.yaml"), changed, EnvoyFiles.NAMES, EnvoyFiles.UNREAD);
            accepted.add(field);
        } catch (ConfigException e) {
            refused++;
            String message = String.valueOf(e.getMessage());
            // Of a choice of two, the other one may be what is missed; of an empty message, what is in it. What may be
            // set in one place
            // may be refused for its company in another.
            String parent = path.contains(".") ? path.substring(0, path.lastIndexOf('.')) : path;
            if (!message.contains(parent) && !GOOD.contains(field)) {
                silent.add(field + " at " + path + " -> " + message);
            }
        }
    }
}
