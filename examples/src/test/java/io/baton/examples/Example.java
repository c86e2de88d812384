package io.baton.examples;

import io.baton.BaseId;
import io.baton.DrainStrategy;
import io.baton.HotRestartOptions;
import io.baton.ListenSpec;
import io.baton.RestartEpoch;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketType;
import java.net.InetAddress;

/** What the examples' arguments, port and restart epoch, say. */
final class Example {
    private Example() {}

    /** The port names the lineage, too. */
    static HotRestartOptions options(String[] arguments) {
        return HotRestartOptions.defaults().with(options -> {
            options.baseId = new BaseId(Long.parseLong(arguments[0]));
            options.epoch = new RestartEpoch(Integer.parseInt(arguments[1]));
            options.drainStrategy = DrainStrategy.IMMEDIATE;
        });
    }

    static ListenSpec listenSpec(String[] arguments) {
        SocketAddress address =
                new SocketAddress.Inet(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        return new ListenSpec(address, SocketType.STREAM, 0, false, 1024);
    }
}
