package io.baton.examples;

import static io.baton.examples.Example.listenSpec;
import static io.baton.examples.Example.options;

import io.baton.DrainManager;
import io.baton.HotRestart;
import io.baton.ListenerSocket;
import io.baton.Stats;
import io.baton.examples.ReactorServer.BoundLoops;
import io.baton.netty.BoundListener;
import io.baton.posix.Posix;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.WebFilter;

/** A Spring Boot application on WebFlux that hot-restarts, as {@link ReactorServer} does. Arguments: port, restart epoch. */
final class WebFluxServer {
    private static final Posix POSIX = Posix.linux();

    private WebFluxServer() {}

    public static void main(String[] arguments) throws Exception {
        HotRestart hotRestart = HotRestart.join(options(arguments), POSIX, new Stats());
        ListenerSocket socket = hotRestart.listeners().listen(listenSpec(arguments));
        socket.activate();

        var loops = new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory());
        var listener = new BoundListener(POSIX, socket.fd());
        SpringApplication application = new SpringApplication(Application.class);
        application.setDefaultProperties(Map.of("epoch", arguments[1]));
        application.addInitializers((GenericApplicationContext context) -> {
            context.registerBean(ReactorResourceFactory.class, () -> resources(new BoundLoops(loops, listener)));
            context.registerBean(WebFilter.class, () -> leaving(hotRestart.drainManager()));
        });
        application.run();

        hotRestart.serve(new ReactorServer(listener)); // its duties are the same
        hotRestart.ready();
        System.out.println("epoch " + hotRestart.epoch() + " serves");
    }

    // docs:begin
    static ReactorResourceFactory resources(BoundLoops loops) {
        ReactorResourceFactory resources = new ReactorResourceFactory();
        resources.setUseGlobalResources(false);
        resources.setLoopResources(loops);
        return resources;
    }

    static WebFilter leaving(DrainManager drain) {
        return (exchange, next) -> {
            if (drain.drainClose()) {
                exchange.getResponse().getHeaders().setConnection("close");
            }
            return next.filter(exchange);
        };
    }
    // docs:end

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {
        @Bean
        RouterFunction<ServerResponse> echo(
                @org.springframework.beans.factory.annotation.Value("${epoch}") String epoch) {
            return RouterFunctions.route()
                    .POST(
                            "/",
                            request -> ServerResponse.ok()
                                    .header("epoch", epoch)
                                    .body(request.bodyToMono(String.class), String.class))
                    .build();
        }
    }
}
