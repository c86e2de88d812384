package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void isTheMiddleAndBothEnds() {
        assertThat(Spread.of(List.of(3.0, 1.0, 2.0))).isEqualTo(new Spread(2, 1, 3, 3));
        assertThat(Spread.of(List.of(4.0, 1.0, 2.0, 3.0)).median()).isEqualTo(2.5);
    }

    @Test
    void saysNothingOfNoValues() {
        assertThat(Spread.of(List.of()).text("%.1f")).isEqualTo("-");
        assertThat(Spread.of(List.of(7.0)).text("%.1f")).isEqualTo("7.0");
        assertThat(Spread.of(List.of(7.0, 8.0, 9.0)).text("%.0f")).isEqualTo("8 (7-9)");
    }

    @Test
    void comparesRoundByRound() {
        assertThat(Spread.ofRatios(List.of(10.0, 40.0, 90.0), List.of(10.0, 20.0, 30.0)))
                .isEqualTo(new Spread(2, 1, 3, 3));
    }
}
