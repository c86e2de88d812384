package io.baton.envoy;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.util.List;
import java.util.Optional;

/** What may be in an {@code Any}: Envoy's extensions that Baton has something for. */
final class KnownTypes {
    private static final String PREFIX = "type.googleapis.com/";

    private static final List<Descriptor> TYPES = List.of(
            HttpConnectionManager.getDescriptor(),
            TcpProxy.getDescriptor(),
            Router.getDescriptor(),
            TlsInspector.getDescriptor(),
            DownstreamTlsContext.getDescriptor(),
            UpstreamTlsContext.getDescriptor(),
            HttpProtocolOptions.getDescriptor(),
            FileAccessLog.getDescriptor());

    private KnownTypes() {}

    static JsonFormat.TypeRegistry registry() {
        return JsonFormat.TypeRegistry.newBuilder().add(TYPES).build();
    }

    /** By what {@code @type} says: the name after the last slash counts. */
    static Optional<Descriptor> find(String url) {
        String name = url.substring(url.lastIndexOf('/') + 1);
        return TYPES.stream().filter(type -> type.getFullName().equals(name)).findFirst();
    }

    static String url(Descriptor type) {
        return PREFIX + type.getFullName();
    }
}
