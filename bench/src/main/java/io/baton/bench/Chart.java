package io.baton.bench;

import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A plot as SVG; text is drawn as shapes, so it looks the same everywhere. */
sealed interface Chart {
    int WIDTH = 720;
    int HEIGHT = 400;

    /** Told apart by the colour-blind too. */
    List<Color> COLOURS = List.of(new Color(0x3b6ea5), new Color(0xd0743c), new Color(0x6a994e), new Color(0x8a5a9e));

    /** Part of the file name. */
    String name();

    String title();

    String svg();

    /** A bar per entry: the median, with a line of half the distance from lowest to highest to either side. */
    record Bars(String name, String title, String unit, Map<String, Spread> bars) implements Chart {
        @Override
        public String svg() {
            CategoryChart chart = new CategoryChartBuilder()
                    .width(WIDTH)
                    .height(HEIGHT)
                    .title(title)
                    .yAxisTitle(unit + " (median, ± half the range)")
                    .build();
            style(chart.getStyler());
            chart.getStyler().setAvailableSpaceFill(0.5);
            chart.getStyler().setLegendVisible(false);
            List<Double> medians = new ArrayList<>();
            List<Double> halfRanges = new ArrayList<>();
            List<String> names = new ArrayList<>();
            bars.forEach((name, spread) -> {
                boolean drawable = Double.isFinite(spread.max());
                names.add(drawable ? name : name + " (none)");
                medians.add(drawable ? spread.median() : 0);
                halfRanges.add(drawable ? (spread.max() - spread.min()) / 2 : 0);
            });
            chart.addSeries("median", names, medians, halfRanges);
            return encode(chart);
        }
    }

    /**
     * A line per entry.
     *
     * @param step from one value to the next, in the x axis's unit
     */
    record Lines(String name, String title, String xUnit, double step, String yUnit, Map<String, List<Double>> lines)
            implements Chart {
        /** One value a second. */
        Lines(String name, String title, String xUnit, String yUnit, Map<String, List<Double>> lines) {
            this(name, title, xUnit, 1, yUnit, lines);
        }

        @Override
        public String svg() {
            XYChart chart = new XYChartBuilder()
                    .width(WIDTH)
                    .height(HEIGHT)
                    .title(title)
                    .xAxisTitle(xUnit)
                    .yAxisTitle(yUnit)
                    .build();
            style(chart.getStyler());
            chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
            chart.getStyler().setLegendBorderColor(Color.WHITE);
            lines.forEach((name, values) -> {
                List<Double> x = new ArrayList<>();
                for (int i = 0; i < values.size(); i++) {
                    x.add(i * step);
                }
                chart.addSeries(name, x, values).setMarker(SeriesMarkers.NONE);
            });
            return encode(chart);
        }
    }

    private static void style(AxesChartStyler styler) {
        styler.setSeriesColors(COLOURS.toArray(Color[]::new));
        styler.setYAxisDecimalPattern("#,##0.##");
        styler.setYAxisMin(0.0);
        styler.setPlotBorderVisible(false);
        styler.setPlotBackgroundColor(Color.WHITE);
        styler.setChartBackgroundColor(Color.WHITE);
    }

    private static String encode(IChart chart) {
        try {
            return new String(ChartEncoder.getBytes(chart, "svg"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
