package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WrkTest {
    private static final String GOOD = """
            Running 1s test @ http://127.0.0.1:1/
              1 threads and 64 connections
              Thread Stats   Avg      Stdev     Max   +/- Stdev
                Latency   644.53us  220.88us   5.31ms   82.20%
                Req/Sec    73.09k     2.95k   79.21k    80.00%
              Latency Distribution
                 50%  644.00us
                 75%  767.00us
                 90%    0.93ms
                 99%    2.25ms
              73100 requests in 1.00s, 4.18MB read
            Requests/sec:  73012.34
            Transfer/sec:      4.18MB
            """;

    @Test
    void readsRateTotalAndPercentiles() throws Exception {
        assertThat(Wrk.parse(GOOD)).isEqualTo(new Wrk.Measured(73012.34, 73100, 644, 2250, 0));
    }

    @Test
    void addsUpEveryKindOfError() throws Exception {
        assertThat(Wrk.parse(GOOD + """
                          Socket errors: connect 1, read 2, write 3, timeout 4
                          Non-2xx or 3xx responses: 5
                        """).errors()).isEqualTo(15);
    }

    @Test
    void refusesToGuess() {
        assertThatThrownBy(() -> Wrk.parse("unable to connect")).hasMessageContaining("unable to connect");
    }
}
