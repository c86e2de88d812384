package io.baton.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The median of some rounds' values and how far they lie apart; NaN when there was none. */
record Spread(double median, double min, double max, int count) {
    static Spread of(List<Double> values) {
        if (values.isEmpty()) {
            return new Spread(Double.NaN, Double.NaN, Double.NaN, 0);
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Spread(median, sorted.getFirst(), sorted.getLast(), sorted.size());
    }

    /** Round by round: both of a pair were measured within seconds of each other. */
    static Spread ofRatios(List<Double> numerators, List<Double> denominators) {
        int rounds = Math.min(numerators.size(), denominators.size());
        return of(IntStream.range(0, rounds)
                .mapToObj(round -> numerators.get(round) / denominators.get(round))
                .toList());
    }

    /** As {@code 73.1 (70.2-74.0)}. */
    String text(String format) {
        if (count == 0) {
            return "-";
        }
        String middle = format.formatted(median);
        return count == 1 ? middle : "%s (%s-%s)".formatted(middle, format.formatted(min), format.formatted(max));
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("median", median);
        json.put("min", min);
        json.put("max", max);
        json.put("count", count);
        return json;
    }
}
