package io.baton.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EventTagTest {

    @ParameterizedTest
    @EnumSource(EventTag.class)
    void whatIsPackedComesOutAgain(EventTag tag) {
        for (int slot : new int[] {0, 1, ConnectionTable.MAX_SLOTS - 1}) {
            for (int generation : new int[] {0, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
                long data = tag.eventData(slot, generation);
                assertThat(EventTag.of(data)).isEqualTo(tag);
                assertThat(EventTag.slot(data)).isEqualTo(slot);
                assertThat(EventTag.generation(data)).isEqualTo(generation);
            }
        }
    }

    @Test
    void anEventOfAnEarlierSocketOfTheSlotFindsNothing() {
        ConnectionTable table = new ConnectionTable();
        Connection connection = table.allocate();
        long stale = connection.upstream.eventData();
        connection.upstream.generation++;

        assertThat(table.find(EventTag.UPSTREAM, stale)).isNull();
        assertThat(table.find(EventTag.UPSTREAM, connection.upstream.eventData()))
                .isSameAs(connection.upstream);
        assertThat(table.find(EventTag.CLIENT, EventTag.CLIENT.eventData(4711, 0)))
                .isNull();
    }

    @Test
    void slotsAreReused() {
        ConnectionTable table = new ConnectionTable();
        for (int i = 0; i < 200; i++) {
            assertThat(table.allocate().slot).isEqualTo(i);
        }
        Connection freed = table.allocate();
        table.free(freed);
        assertThat(table.allocate()).isSameAs(freed);
    }
}
