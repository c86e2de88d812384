package io.baton.examples;

import static io.baton.examples.Example.listenSpec;
import static io.baton.examples.Example.options;

import io.baton.HotRestart;
import io.baton.ListenerSocket;
import io.baton.ParentDuties;
import io.baton.Stats;
import io.baton.netty.BoundListener;
import io.baton.posix.Posix;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/** A reactor-netty server that hot-restarts: the socket is handed on, connections leave behind their next response. Arguments: port, restart epoch. */
final class ReactorServer implements ParentDuties {
    private static final Posix POSIX = Posix.linux();

    private final BoundListener listener;

    ReactorServer(BoundListener listener) {
        this.listener = listener;
    }

    // docs:begin
    public static void main(String[] arguments) throws Exception {
        HotRestart hotRestart = HotRestart.join(options(arguments), POSIX, new Stats());
        ListenerSocket socket = hotRestart.listeners().listen(listenSpec(arguments));
        socket.activate();

        var loops = new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory());
        var listener = new BoundListener(POSIX, socket.fd());
        var _ = HttpServer.create()
                .runOn(new BoundLoops(loops, listener))
                .handle((request, response) -> {
                    if (hotRestart.drainManager().drainClose()) {
                        response.keepAlive(false); // this client's next request goes to the next epoch
                    }
                    response.header("epoch", arguments[1]);
                    return response.sendString(
                            request.receive().aggregate().asString().switchIfEmpty(Mono.just("-")));
                })
                .bindNow();

        hotRestart.serve(new ReactorServer(listener));
        hotRestart.ready();
        System.out.println("epoch " + hotRestart.epoch() + " serves");
    }

    /** reactor-netty takes its loops and its channels from here. */
    record BoundLoops(EventLoopGroup loops, BoundListener listener) implements LoopResources {
        @Override
        public EventLoopGroup onServer(boolean useNative) {
            return loops;
        }

        @Override
        public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
            return ServerChannel.class.isAssignableFrom(type)
                    ? type.cast(listener.newChannel())
                    : LoopResources.super.onChannel(type, group);
        }
    }

    @Override
    public void drainListeners() {
        listener.release();
    }

    @Override
    public long connections() {
        return listener.connections();
    }
    // docs:end

    @Override
    public void terminate() {
        System.exit(0); // the last connection has left
    }

    @Override
    public void closeAdmin() {} // see library.md

    @Override
    public void reopenAdmin() {}
}
