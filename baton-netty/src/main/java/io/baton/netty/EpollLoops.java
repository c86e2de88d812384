package io.baton.netty;

import io.netty.channel.Channel;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ThreadAwareExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Netty's epoll event loops, on which a live channel can leave its epoll at once and come back ({@link DetachedChannel}), and without a
 * fault of theirs: when a channel is interested in nothing for a while, which is what a half-closed one comes to, Netty 4.2.13 and later
 * take it out of epoll (netty/netty pull request 16689) but forget that they did. The next interest, say in writing the rest of a
 * response, then fails with ENOENT and closes the channel.
 */
public final class EpollLoops {
    private static final AttributeKey<Registration> REGISTRATION =
            AttributeKey.valueOf(EpollLoops.class, "registration");

    private EpollLoops() {}

    /** A channel's place in its loop's epoll; null when its loop is not one of these, or it was never registered. */
    static @Nullable Registration registration(Channel channel) {
        return channel.attr(REGISTRATION).get();
    }

    /** For {@link io.netty.channel.MultiThreadIoEventLoopGroup}. */
    public static IoHandlerFactory newFactory() {
        IoHandlerFactory netty = EpollIoHandler.newFactory();
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                return new Handler(netty.newHandler(executor));
            }

            @Override
            public boolean isChangingThreadSupported() {
                return netty.isChangingThreadSupported();
            }
        };
    }

    private record Handler(IoHandler netty) implements IoHandler {
        @Override
        public void initialize() {
            netty.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            return netty.run(context);
        }

        @Override
        public void prepareToDestroy() {
            netty.prepareToDestroy();
        }

        @Override
        public void destroy() {
            netty.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            Registration registration = new Registration(netty, handle, netty.register(handle));
            if (handle instanceof Channel.Unsafe unsafe) {
                unsafe.voidPromise().channel().attr(REGISTRATION).set(registration);
            }
            return registration;
        }

        @Override
        public void wakeup() {
            netty.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handleType) {
            return netty.isCompatible(handleType);
        }
    }

    /** Event loop only, but for {@link #cancel} and {@link #isValid}. */
    static final class Registration implements IoRegistration {
        private final IoHandler netty;
        private final IoHandle handle;
        private volatile IoRegistration current;
        private IoOps wanted = EpollIoOps.NONE;
        private boolean outOfEpoll;

        /** Whether it is out of epoll whatever the channel is interested in. */
        private volatile boolean away;

        Registration(IoHandler netty, IoHandle handle, IoRegistration current) {
            this.netty = netty;
            this.handle = handle;
            this.current = current;
        }

        /** EPOLL_CTL_DEL, before it returns. What the channel wants to be told of is remembered. */
        void leave() {
            away = true;
            current.cancel();
        }

        /**
         * Back into epoll. Level-triggered: what came meanwhile is told at once.
         *
         * @throws IllegalStateException when the kernel does not take it
         */
        void comeBack() {
            away = false;
            current = registerAnew();
            outOfEpoll = false;
            submit(wanted);
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature
        public <T> T attachment() {
            return current.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            wanted = ops;
            if (away) {
                return 0;
            }
            boolean nothing = ops.equals(EpollIoOps.NONE);
            if (nothing && outOfEpoll) {
                return 0;
            }
            if (outOfEpoll && current.isValid()) {
                current.cancel();
                current = registerAnew();
            }
            outOfEpoll = nothing;
            return current.submit(ops);
        }

        private IoRegistration registerAnew() {
            try {
                return netty.register(handle);
            } catch (Exception e) {
                throw new IllegalStateException("cannot register again what was registered before", e);
            }
        }

        @Override
        public boolean isValid() {
            return away || current.isValid();
        }

        @Override
        public boolean cancel() {
            if (away) {
                away = false; // the loop still counts it
                return true;
            }
            return current.cancel();
        }
    }
}
