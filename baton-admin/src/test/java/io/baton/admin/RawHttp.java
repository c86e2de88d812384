package io.baton.admin;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Requests as bytes, to a port of loopback; answers as the status, a space and the body. */
final class RawHttp {
    private static final int TIMEOUT_MS = 20_000;

    private static final Pattern LENGTH = Pattern.compile("(?i)\r\nContent-Length: ([0-9]{1,9})\r\n");

    private RawHttp() {}

    static String get(int port, String path) throws IOException {
        return request(port, "127.0.0.1:" + port, "GET", path, "");
    }

    static String post(int port, String path) throws IOException {
        return request(port, "127.0.0.1:" + port, "POST", path, "");
    }

    /**
     * One request on a connection of its own.
     *
     * @param headers further ones, each with its line end
     */
    static String request(int port, String host, String method, String path, String headers) throws IOException {
        String request =
                "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n".formatted(method, path, host, headers);
        try (Socket socket = connect(port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int body = response.indexOf("\r\n\r\n") + 4;
            if (body < 4 || (method.equals("GET") && response.length() - body < announced(response))) {
                throw new EOFException("closed in the middle of a response");
            }
            return response.substring("HTTP/1.1 ".length(), "HTTP/1.1 200 ".length()) + response.substring(body);
        }
    }

    /** Of ASCII: as many characters as bytes. */
    private static int announced(String response) {
        Matcher length = LENGTH.matcher(response);
        return length.find() ? Integer.parseInt(length.group(1)) : 0;
    }

    static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MS);
        return socket;
    }
}
