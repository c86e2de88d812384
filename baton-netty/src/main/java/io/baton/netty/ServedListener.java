package io.baton.netty;

import static java.util.Objects.requireNonNull;

import io.netty.bootstrap.ServerBootstrapConfig;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.util.AttributeKey;
import java.util.Map;

/** What every channel of a listener gets, whether it is accepted or comes from another process. */
record ServedListener(
        String name,
        ChannelHandler childHandler,
        Map<ChannelOption<?>, Object> options,
        Map<AttributeKey<?>, Object> attributes) {

    static ServedListener of(String name, ServerBootstrapConfig bootstrap) {
        return new ServedListener(
                requireNonNull(name, "name is null"),
                requireNonNull(bootstrap.childHandler(), "the bootstrap has no child handler"),
                bootstrap.childOptions(),
                bootstrap.childAttrs());
    }

    /** To be registered then. What {@link io.netty.bootstrap.ServerBootstrap} does with one that it has accepted. */
    @SuppressWarnings("unchecked") // the bootstrap has put values of the right type only
    void equip(Channel channel, TrackedChannel tracked) {
        options.forEach((option, value) -> channel.config().setOption((ChannelOption<Object>) option, value));
        attributes.forEach(
                (key, value) -> channel.attr((AttributeKey<Object>) key).set(value));
        channel.pipeline().addLast(tracked, childHandler);
    }
}
