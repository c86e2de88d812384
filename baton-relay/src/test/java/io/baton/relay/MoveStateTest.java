package io.baton.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A connection moves at whatever it is at: nothing is lost, and it is told of once, by its last owner. */
class MoveStateTest {

    @ParameterizedTest
    @EnumSource(MovingState.class)
    void aConnectionMovesOnce(MovingState state) throws Exception {
        check(state, scene -> scene.move(() -> state.onTheWay(scene)));
    }

    @ParameterizedTest
    @EnumSource(MovingState.class)
    void aConnectionMovesThereAndBackAndThereAgain(MovingState state) throws Exception {
        check(state, scene -> {
            scene.move(Ferry.Between.NOTHING);
            scene.move(Ferry.Between.NOTHING);
            scene.move(() -> state.onTheWay(scene));
        });
    }

    @ParameterizedTest
    @EnumSource(MovingState.class)
    void aConnectionThatIsRefusedGoesOnWhereItWas(MovingState state) throws Exception {
        check(state, scene -> scene.refuse(() -> state.onTheWay(scene)));
    }

    private interface Journey {
        void make(MoveScene scene) throws Exception;
    }

    /** What the JVM opens once and keeps. */
    @BeforeAll
    static void warmUp() throws Exception {
        pass(MovingState.BYTES_IN_BOTH_PIPES, scene -> scene.move(Ferry.Between.NOTHING));
    }

    private static void check(MovingState state, Journey journey) throws Exception {
        long before = OpenFds.count();
        pass(state, journey);
        Waits.until(() -> OpenFds.count() <= before);
    }

    private static void pass(MovingState state, Journey journey) throws Exception {
        try (MoveScene scene = new MoveScene(state.withPipes(), state.routed(), System::nanoTime)) {
            MovingState.Afterwards afterwards = state.prepare(scene);
            journey.make(scene);

            ConnectionOutcome expected = afterwards.check();

            ConnectionReport report = scene.owner().report();
            assertThat(report.outcome()).isEqualTo(expected);
            assertThat(report.bytesUp())
                    .isEqualTo(scene.first.numbers().bytesUp()
                            + scene.second.numbers().bytesUp());
            assertThat(report.bytesDown())
                    .isEqualTo(scene.first.numbers().bytesDown()
                            + scene.second.numbers().bytesDown());
            assertThat(scene.other().reports).isEmpty();
            assertThat(scene.first.upstreams).hasValue(0);
            assertThat(scene.second.upstreams).hasValue(0);
            assertThat(scene.first.numbers().active()).isZero();
            assertThat(scene.second.numbers().active()).isZero();
            assertThat(scene.first.relay.activeConnections()).isZero();
            assertThat(scene.second.relay.activeConnections()).isZero();
        }
    }
}
