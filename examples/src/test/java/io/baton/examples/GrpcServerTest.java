package io.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.testkit.ChildJvm;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A gRPC server in processes of its own, and grpc-java's client, which asks again for nothing that has been begun. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class GrpcServerTest {
    private static final int CHANNELS = 2;
    private static final int CLIENTS = 4;

    private static ManagedChannel channel(Generations to) {
        return NettyChannelBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), to.port))
                .usePlaintext()
                .disableRetry()
                .build();
    }

    private static String say(ManagedChannel channel) {
        String answer = ClientCalls.blockingUnaryCall(
                channel, GrpcServer.SAY, CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS), "hello");
        assertThat(answer).endsWith(":hello");
        return answer.substring(0, answer.indexOf(':'));
    }

    @Test
    void noCallFailsAndNoneIsRefusedWhileTheServerIsReplaced() throws Exception {
        List<ManagedChannel> channels = new ArrayList<>();
        try (Generations generations = new Generations(GrpcServer.class)) {
            for (int i = 0; i < CHANNELS; i++) {
                channels.add(channel(generations));
            }
            try (Load load = new Load(CLIENTS, number -> say(channels.get(number % CHANNELS)))) {
                load.awaitMore(100);
                generations.restart();
                load.awaitAnswersOf("1", 100);
                assertThat(load.failures()).as(generations::output).isEmpty();
            }
        } finally {
            channels.forEach(ManagedChannel::shutdownNow);
        }
    }

    @Test
    void aStreamFinishesWhereItHasBegun() throws Exception {
        try (Generations generations = new Generations(GrpcServer.class)) {
            ManagedChannel channel = channel(generations);
            try {
                BlockingQueue<String> answers = new LinkedBlockingQueue<>();
                StreamObserver<String> talk = ClientCalls.asyncBidiStreamingCall(
                        channel.newCall(GrpcServer.TALK, CallOptions.DEFAULT), new Queue(answers));
                talk.onNext("before");
                assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("0:before");

                try (ChildJvm old = generations.begin()) {
                    talk.onNext("after");
                    assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("0:after");
                    assertThat(say(channel)).isEqualTo("1");
                    talk.onCompleted();
                    assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("completed");
                    assertThat(old.awaitExit()).isZero();
                }
            } finally {
                var _ = channel.shutdownNow();
            }
        }
    }

    private record Queue(BlockingQueue<String> answers) implements StreamObserver<String> {
        @Override
        public void onNext(String answer) {
            answers.add(answer);
        }

        @Override
        public void onError(Throwable failure) {
            answers.add(failure.toString());
        }

        @Override
        public void onCompleted() {
            answers.add("completed");
        }
    }
}
