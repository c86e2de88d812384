package io.baton.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lays memory out: what a proxy takes anyway, and what each connection adds.
 *
 * @param costs by proxy
 */
record MemoryReport(Map<String, String> facts, List<String> remarks, Map<String, Cost> costs, Failures failures) {

    /** In bytes, before the connections and with them; of the kernel's, their difference. */
    record Cost(int connections, long rssBefore, long rssAfter, long pssBefore, long pssAfter, long kernel) {
        double rssEach() {
            return (double) (rssAfter - rssBefore) / connections;
        }

        double pssEach() {
            return (double) (pssAfter - pssBefore) / connections;
        }

        double kernelEach() {
            return (double) kernel / connections;
        }

        Map<String, Object> toJson() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("connections", connections);
            json.put("rss_before_bytes", rssBefore);
            json.put("rss_after_bytes", rssAfter);
            json.put("pss_before_bytes", pssBefore);
            json.put("pss_after_bytes", pssAfter);
            json.put("kernel_bytes", kernel);
            json.put("rss_bytes_per_connection", rssEach());
            json.put("pss_bytes_per_connection", pssEach());
            json.put("kernel_bytes_per_connection", kernelEach());
            return json;
        }
    }

    Report toReport() {
        List<String> all = new ArrayList<>(remarks);
        all.add("Connections that failed in any of it: " + failures.toString().replace("\n", "; "));
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "proxy",
                "RSS before MB",
                "with MB",
                "PSS before MB",
                "with MB",
                "RSS per connection B",
                "PSS B",
                "kernel B",
                "RSS + kernel B"));
        costs.forEach((name, cost) -> rows.add(List.of(
                name,
                mb(cost.rssBefore()),
                mb(cost.rssAfter()),
                mb(cost.pssBefore()),
                mb(cost.pssAfter()),
                "%,.0f".formatted(cost.rssEach()),
                "%,.0f".formatted(cost.pssEach()),
                "%,.0f".formatted(cost.kernelEach()),
                "%,.0f".formatted(cost.rssEach() + cost.kernelEach()))));
        Map<String, Object> data = new LinkedHashMap<>();
        costs.forEach((name, cost) -> data.put(name, cost.toJson()));
        data.put("failed_connections", failures.total());
        return new Report(
                "memory",
                "Memory of idle connections",
                facts,
                all,
                List.of(new Report.Table("Before, and with the connections open", rows)),
                List.of(),
                data);
    }

    private static String mb(long bytes) {
        return "%.1f".formatted(bytes / 1e6);
    }
}
