package io.baton.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One proxy's rounds. Lists are in the order of the rounds. Confined to the thread that measures. */
final class ThroughputSamples {
    final List<Double> requestsPerSecond = new ArrayList<>();
    final List<Double> p50Micros = new ArrayList<>();
    final List<Double> p99Micros = new ArrayList<>();
    final List<Double> cpuSecondsPer100k = new ArrayList<>();
    final List<Double> rssMegabytes = new ArrayList<>();
    final List<Double> gigabytesPerSecond = new ArrayList<>();
    final List<Double> cpuSecondsPerGigabyte = new ArrayList<>();
    private long errors;

    void addSmall(Wrk.Measured measured, double cpuSeconds, long rssBytes) {
        requestsPerSecond.add(measured.requestsPerSecond());
        p50Micros.add(measured.p50Micros());
        p99Micros.add(measured.p99Micros());
        cpuSecondsPer100k.add(cpuSeconds / measured.requests() * 100_000);
        rssMegabytes.add(rssBytes / 1e6);
        errors += measured.errors();
    }

    void addBulk(double gigabytes, double cpuPerGigabyte) {
        gigabytesPerSecond.add(gigabytes);
        cpuSecondsPerGigabyte.add(cpuPerGigabyte);
    }

    /** Answers that wrk called failed, over all rounds. */
    long errors() {
        return errors;
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("requests_per_second", requestsPerSecond);
        json.put("p50_us", p50Micros);
        json.put("p99_us", p99Micros);
        json.put("cpu_s_per_100k_requests", cpuSecondsPer100k);
        json.put("rss_mb", rssMegabytes);
        json.put("errors", errors);
        json.put("bulk_gb_per_second", gigabytesPerSecond);
        json.put("cpu_s_per_gb", cpuSecondsPerGigabyte);
        return json;
    }
}
