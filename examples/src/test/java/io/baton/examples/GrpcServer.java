package io.baton.examples;

import static io.baton.examples.Example.listenSpec;
import static io.baton.examples.Example.options;

import io.baton.HotRestart;
import io.baton.ListenerSocket;
import io.baton.ParentDuties;
import io.baton.Stats;
import io.baton.netty.BoundListener;
import io.baton.posix.Posix;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** A gRPC server that hot-restarts: the socket is handed on, calls under way finish. Arguments: port, restart epoch. */
final class GrpcServer implements ParentDuties {
    static final MethodDescriptor<String, String> SAY = method("Say", MethodDescriptor.MethodType.UNARY);

    /** Answers each message of the client's. */
    static final MethodDescriptor<String, String> TALK = method("Talk", MethodDescriptor.MethodType.BIDI_STREAMING);

    private static final Posix POSIX = Posix.linux();

    private final BoundListener listener;
    private final Server server;

    private GrpcServer(BoundListener listener, Server server) {
        this.listener = listener;
        this.server = server;
    }

    // docs:begin
    public static void main(String[] arguments) throws Exception {
        HotRestart hotRestart = HotRestart.join(options(arguments), POSIX, new Stats());
        ListenerSocket socket = hotRestart.listeners().listen(listenSpec(arguments));
        socket.activate();

        var loops = new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory());
        var listener = new BoundListener(POSIX, socket.fd());
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(0)) // the listener's address counts
                .channelFactory(listener)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .addService(service(arguments[1]))
                .build()
                .start();

        hotRestart.serve(new GrpcServer(listener, server));
        hotRestart.ready();
        System.out.println("epoch " + hotRestart.epoch() + " serves");
    }

    @Override
    public void drainListeners() {
        listener.release(); // before the shutdown: gRPC cuts connections that come to it later
        server.shutdown(); // a GOAWAY in two steps: calls under way finish, the next ones go to the next epoch
    }

    @Override
    public long connections() {
        return listener.connections();
    }
    // docs:end

    private static ServerServiceDefinition service(String epoch) {
        return ServerServiceDefinition.builder("baton.Echo")
                .addMethod(SAY, ServerCalls.asyncUnaryCall((String text, StreamObserver<String> client) -> {
                    client.onNext(epoch + ":" + text);
                    client.onCompleted();
                }))
                .addMethod(TALK, ServerCalls.asyncBidiStreamingCall(client -> new Echo(epoch, client)))
                .build();
    }

    private record Echo(String epoch, StreamObserver<String> client) implements StreamObserver<String> {
        @Override
        public void onNext(String text) {
            client.onNext(epoch + ":" + text);
        }

        @Override
        public void onError(Throwable failure) {
            // the client has left
        }

        @Override
        public void onCompleted() {
            client.onCompleted();
        }
    }

    private static MethodDescriptor<String, String> method(String name, MethodDescriptor.MethodType type) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(type)
                .setFullMethodName("baton.Echo/" + name)
                .setRequestMarshaller(new Text())
                .setResponseMarshaller(new Text())
                .build();
    }

    /** Instead of protobuf's, which would need its compiler here. */
    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void terminate() {
        System.exit(0); // the last connection has left
    }

    @Override
    public void closeAdmin() {} // see library.md

    @Override
    public void reopenAdmin() {}
}
