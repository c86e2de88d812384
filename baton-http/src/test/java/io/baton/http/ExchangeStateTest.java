package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExchangeStateTest {

    @ParameterizedTest
    @EnumSource
    void everyStateButTheLastCanEnd(ExchangeState state) {
        if (state == ExchangeState.ENDED) {
            assertThatThrownBy(() -> state.next(ExchangeEvent.END)).hasMessage("ENDED does not accept END");
        } else {
            assertThat(state.next(ExchangeEvent.END)).isEqualTo(ExchangeState.ENDED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsTriedAgainOnceAResponseHasBegun(ExchangeState state) {
        if (state.beforeResponse()) {
            assertThat(state.next(ExchangeEvent.RETRY)).isEqualTo(ExchangeState.CONNECTING);
        } else {
            assertThatThrownBy(() -> state.next(ExchangeEvent.RETRY)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void anEarlyResponseMeetsTheRequestsEnd() {
        assertThat(ExchangeState.SENDING.next(ExchangeEvent.RESPONSE_HEAD).next(ExchangeEvent.REQUEST_END))
                .isEqualTo(ExchangeState.SENDING.next(ExchangeEvent.REQUEST_END).next(ExchangeEvent.RESPONSE_HEAD))
                .isEqualTo(ExchangeState.RESPONDING);
    }
}
