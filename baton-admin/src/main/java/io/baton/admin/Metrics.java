package io.baton.admin;

import io.baton.proxy.Addresses;
import io.baton.proxy.ListenerStatus;
import io.baton.proxy.RequestDurations;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code /metrics}, in Prometheus's text format. What is Baton's comes from the statistics that generations hand on, so
 * counters go on where the parent's ended; what is the JVM's and the process's begins anew with each generation, as it must.
 * Made at the first request: nobody who does not ask pays for the JVM's beans.
 */
final class Metrics {
    static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    /** 0 is a request that got no response. */
    private static final int CODES = 600;

    private static final double MICROS = 1e6;

    private final AdminView view;
    private final PrometheusRegistry jvm = new PrometheusRegistry();
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

    Metrics(AdminView view) {
        this.view = view;
        JvmMetrics.builder().register(jvm);
    }

    /** All of it, at this moment. */
    String text() {
        Map<String, Long> stats = view.stats();
        List<MetricSnapshot> all = new ArrayList<>();
        all.add(connectionsTotal(stats));
        all.add(connectionsActive(stats));
        all.add(requests(stats));
        all.add(durations(stats));
        all.add(handovers(stats));
        all.add(gauge(
                "baton_restart_epoch",
                "Which process of its lineage this is.",
                stats.getOrDefault("server.hot_restart_epoch", 0L)));
        jvm.scrape().forEach(all::add);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            writer.write(out, new MetricSnapshots(all), EscapingScheme.UNDERSCORE_ESCAPING);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private MetricSnapshot connectionsTotal(Map<String, Long> stats) {
        CounterSnapshot.Builder metric =
                CounterSnapshot.builder().name("baton_connections").help("Clients' connections accepted.");
        for (ListenerStatus listener : view.listeners()) {
            metric.dataPoint(counter(labels(listener), stats.getOrDefault(name(listener, "downstream_cx_total"), 0L)));
        }
        return metric.build();
    }

    private MetricSnapshot connectionsActive(Map<String, Long> stats) {
        GaugeSnapshot.Builder metric = GaugeSnapshot.builder()
                .name("baton_connections_active")
                .help("Clients' connections that are open, those of a draining parent too.");
        for (ListenerStatus listener : view.listeners()) {
            metric.dataPoint(GaugeDataPointSnapshot.builder()
                    .labels(labels(listener))
                    .value(stats.getOrDefault(name(listener, "downstream_cx_active"), 0L))
                    .build());
        }
        return metric.build();
    }

    private MetricSnapshot requests(Map<String, Long> stats) {
        CounterSnapshot.Builder metric = CounterSnapshot.builder()
                .name("baton_http_requests")
                .help("HTTP requests that have ended, by the status of the response; 0: no response was sent.");
        for (ListenerStatus listener : view.listeners()) {
            for (int code = 0; code < CODES; code++) {
                Long count = stats.get(RequestDurations.code(listener.name(), code));
                if (count != null) {
                    metric.dataPoint(
                            counter(Labels.of("listener", listener.name(), "code", Integer.toString(code)), count));
                }
            }
        }
        return metric.build();
    }

    private MetricSnapshot durations(Map<String, Long> stats) {
        HistogramSnapshot.Builder metric = HistogramSnapshot.builder()
                .name("baton_http_request_duration_seconds")
                .help("From the first byte of a request to the last of its response.");
        int classes = RequestDurations.BOUNDS_MILLIS.size() + 1;
        for (ListenerStatus listener : view.listeners()) {
            Long micros = stats.get(RequestDurations.sum(listener.name()));
            if (micros == null) {
                continue; // not an HTTP listener
            }
            double[] bounds = new double[classes];
            long[] counts = new long[classes];
            for (int i = 0; i < classes; i++) {
                bounds[i] = i < classes - 1 ? RequestDurations.BOUNDS_MILLIS.get(i) / 1000.0 : Double.POSITIVE_INFINITY;
                counts[i] = stats.getOrDefault(RequestDurations.counter(listener.name(), i), 0L);
            }
            metric.dataPoint(HistogramDataPointSnapshot.builder()
                    .labels(labels(listener))
                    .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, counts))
                    .sum(micros / MICROS)
                    .build());
        }
        return metric.build();
    }

    private static MetricSnapshot handovers(Map<String, Long> stats) {
        CounterSnapshot.Builder metric = CounterSnapshot.builder()
                .name("baton_handovers")
                .help("Hot restarts of this lineage: committed, or failed before the commit.");
        for (HandoverResult result : HandoverResult.values()) {
            metric.dataPoint(counter(Labels.of("result", result.label()), stats.getOrDefault(result.counter(), 0L)));
        }
        return metric.build();
    }

    private static MetricSnapshot gauge(String name, String help, double value) {
        return GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
                .build();
    }

    private static CounterDataPointSnapshot counter(Labels labels, double value) {
        return CounterDataPointSnapshot.builder().labels(labels).value(value).build();
    }

    private static Labels labels(ListenerStatus listener) {
        return Labels.of("listener", listener.name());
    }

    private static String name(ListenerStatus listener, String number) {
        return "listener.%s.%s".formatted(Addresses.statName(listener.address()), number);
    }
}
