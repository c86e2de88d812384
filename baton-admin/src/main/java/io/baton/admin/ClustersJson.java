package io.baton.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.baton.proxy.Addresses;
import io.baton.proxy.ClusterStatus;
import io.baton.proxy.ClusterStatus.EndpointStatus;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;

/** {@code /clusters}, with Envoy's names, as text and as envoy.admin.v3.Clusters. */
final class ClustersJson {
    private ClustersJson() {}

    /** {@code NAME::127.0.0.1:80::cx_active::0}, a line for each. */
    static String text(List<ClusterStatus> clusters) {
        StringBuilder out = new StringBuilder();
        for (ClusterStatus cluster : clusters) {
            circuit(out, cluster.name(), "max_connections", cluster.circuit().connections());
            circuit(out, cluster.name(), "max_requests", cluster.circuit().requests());
            for (EndpointStatus endpoint : cluster.endpoints()) {
                String start = cluster.name() + "::" + Addresses.format(endpoint.address()) + "::";
                line(out, start, "cx_active", endpoint.connections());
                line(out, start, "cx_connect_fail", endpoint.connectFailures());
                line(out, start, "cx_total", endpoint.connectionsTotal());
                line(out, start, "rq_active", endpoint.busy());
                line(out, start, "rq_error", endpoint.requestsFailed());
                line(out, start, "rq_total", endpoint.requestsTotal());
                line(out, start, "hostname", endpoint.written());
                line(out, start, "health_flags", flags(endpoint));
                line(out, start, "weight", endpoint.weight());
            }
        }
        return out.toString();
    }

    private static void circuit(StringBuilder out, String cluster, String what, OptionalInt limit) {
        if (limit.isPresent()) {
            line(out, cluster + "::default_priority::", what, limit.getAsInt());
        }
    }

    private static void line(StringBuilder out, String start, String name, Object value) {
        out.append(start).append(name).append("::").append(value).append('\n');
    }

    private static String flags(EndpointStatus endpoint) {
        if (!endpoint.healthy()) {
            return "/failed_active_hc";
        }
        return endpoint.setAside() ? "/failed_outlier_check" : "healthy";
    }

    static String json(List<ClusterStatus> clusters) {
        return EnvoyJson.pretty(json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("cluster_statuses");
            for (ClusterStatus cluster : clusters) {
                json.writeStartObject();
                json.writeStringField("name", cluster.name());
                json.writeArrayFieldStart("host_statuses");
                for (EndpointStatus endpoint : cluster.endpoints()) {
                    endpoint(json, endpoint);
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void endpoint(JsonGenerator json, EndpointStatus endpoint) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("address");
        EnvoyJson.address(json, endpoint.address());
        json.writeEndObject();
        json.writeArrayFieldStart("stats");
        stat(json, "cx_connect_fail", endpoint.connectFailures(), false);
        stat(json, "cx_total", endpoint.connectionsTotal(), false);
        stat(json, "rq_error", endpoint.requestsFailed(), false);
        stat(json, "rq_total", endpoint.requestsTotal(), false);
        stat(json, "cx_active", endpoint.connections(), true);
        stat(json, "rq_active", endpoint.busy(), true);
        json.writeEndArray();
        json.writeObjectFieldStart("health_status");
        json.writeStringField("eds_health_status", "HEALTHY");
        if (!endpoint.healthy()) {
            json.writeBooleanField("failed_active_health_check", true);
        }
        if (endpoint.setAside()) {
            json.writeBooleanField("failed_outlier_check", true);
        }
        json.writeEndObject();
        json.writeNumberField("weight", endpoint.weight());
        json.writeStringField("hostname", endpoint.written());
        json.writeEndObject();
    }

    /** A counter has no type in Envoy's JSON; numbers of 64 bits are strings, as protobuf has them. */
    private static void stat(JsonGenerator json, String name, long value, boolean gauge) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", name);
        json.writeStringField("value", Long.toString(value));
        if (gauge) {
            json.writeStringField("type", "GAUGE");
        }
        json.writeEndObject();
    }
}
