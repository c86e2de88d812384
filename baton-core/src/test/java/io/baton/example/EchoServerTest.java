package io.baton.example;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.testkit.ChildJvm;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The example of the documentation, in processes of its own. */
class EchoServerTest {

    @Test
    void anOldConnectionFinishesInTheOldProcessWhileTheNewOneServes() throws Exception {
        String port = Integer.toString(freePort());
        try (ChildJvm first = ChildJvm.start(EchoServer.class, port, "0")) {
            first.awaitLine("epoch 0 serves");
            try (Socket old = connect(port)) {
                assertThat(echo(old, "before")).isEqualTo("before");
                try (ChildJvm second = ChildJvm.start(EchoServer.class, port, "1")) {
                    second.awaitLine("epoch 1 serves");
                    try (Socket during = connect(port)) { // whoever accepts it in this moment serves it
                        assertThat(echo(during, "during")).isEqualTo("during");
                    }
                    assertThat(echo(old, "still here")).isEqualTo("still here");
                    assertThat(first.isAlive()).isTrue();
                    old.shutdownOutput();
                    assertThat(first.awaitExit()).isZero();
                    try (Socket after = connect(port)) {
                        assertThat(echo(after, "after")).isEqualTo("after");
                    }
                }
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Socket connect(String port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static String echo(Socket socket, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        socket.getOutputStream().write(bytes);
        InputStream input = socket.getInputStream();
        return new String(input.readNBytes(bytes.length), StandardCharsets.UTF_8);
    }
}
