package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP/1.1 origin on blocking sockets that takes nothing on trust: it records each request as it came, and complains of all that is not
 * to the letter of RFC 9112. A virtual thread for each connection.
 */
final class RecordingOrigin implements AutoCloseable {
    @FunctionalInterface
    interface Answerer {
        /** Answers one request; what it leaves of the body is read and dropped. */
        void answer(Call call) throws IOException, InterruptedException;
    }

    /** A request as it came. {@code connection} counts from 0. */
    record Request(int connection, String line, List<String> fields) {
        String method() {
            return line.substring(0, line.indexOf(' '));
        }

        /** Path and query. */
        String target() {
            return line.substring(line.indexOf(' ') + 1, line.lastIndexOf(' '));
        }

        List<String> values(String name) {
            return fields.stream()
                    .filter(field -> field.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(field -> field.substring(name.length() + 1).strip())
                    .toList();
        }
    }

    private static final int MAX_HEAD = 1 << 20;

    private final Answerer answerer;
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    /** On any free port. */
    RecordingOrigin(Answerer answerer) throws IOException {
        this(answerer, 0);
    }

    RecordingOrigin(Answerer answerer, int port) throws IOException {
        this.answerer = answerer;
        server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
        Thread.ofPlatform().daemon().name("recording-origin").start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** In the order in which their heads were complete. */
    List<Request> requests() {
        return List.copyOf(requests);
    }

    /** What came that should not have. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    int openConnections() {
        return open.size();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                int number = accepted.getAndIncrement();
                Thread.ofVirtual().start(() -> serve(socket, number));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
            while (true) {
                String head = readHead(in);
                if (head.isEmpty()) {
                    return;
                }
                Request request = parse(number, head);
                requests.add(request);
                Call call = new Call(request, body(request, in), socket);
                answerer.answer(call);
                if (call.isLast()) {
                    return;
                }
                call.body().skip(Long.MAX_VALUE);
            }
        } catch (Complaint e) {
            complaints.add("connection %d: %s".formatted(number, e.getMessage()));
        } catch (IOException | InterruptedException e) {
            // The other side is gone: the client's side of the test knows.
        } finally {
            open.remove(socket);
        }
    }

    /** Through the empty line; nothing at the end of the connection. */
    private static String readHead(InputStream in) throws IOException, Complaint {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                if (head.isEmpty()) {
                    return "";
                }
                throw new Complaint("the connection ends in the middle of a head: " + quoted(head));
            }
            head.append((char) b);
            if (head.length() > MAX_HEAD) {
                throw new Complaint("a head of more than a mebibyte");
            }
        }
        return head.toString();
    }

    private static Request parse(int number, String head) throws Complaint {
        if (head.replace("\r\n", "").matches("(?s).*[\\r\\n\\x00].*")) {
            throw new Complaint("a bare CR, LF or NUL in " + quoted(head));
        }
        List<String> lines = List.of(head.substring(0, head.length() - 4).split("\r\n", -1));
        if (!lines.getFirst().matches("[A-Z]+ [!-~]+ HTTP/1\\.1")) {
            throw new Complaint("the request line " + quoted(lines.getFirst()));
        }
        for (String field : lines.subList(1, lines.size())) {
            if (!field.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+:.*")) {
                throw new Complaint("the field " + quoted(field));
            }
        }
        Request request = new Request(number, lines.getFirst(), lines.subList(1, lines.size()));
        if (request.values("host").size() != 1) {
            throw new Complaint("not one Host in " + quoted(head));
        }
        return request;
    }

    private static RequestBody body(Request request, InputStream in) throws Complaint {
        List<String> lengths = request.values("content-length");
        List<String> codings = request.values("transfer-encoding");
        if (lengths.size() + codings.size() > 1) {
            throw new Complaint("more than one word on the length of the body: " + request.fields());
        }
        if (!codings.isEmpty()) {
            if (!codings.getFirst().equalsIgnoreCase("chunked")) {
                throw new Complaint("Transfer-Encoding " + quoted(codings.getFirst()));
            }
            return new RequestBody(in, RequestBody.CHUNKED);
        }
        if (lengths.isEmpty()) {
            return new RequestBody(in, 0);
        }
        if (!lengths.getFirst().matches("[0-9]{1,18}")) {
            throw new Complaint("Content-Length " + quoted(lengths.getFirst()));
        }
        return new RequestBody(in, Long.parseLong(lengths.getFirst()));
    }

    static String quoted(CharSequence text) {
        String shown = text.length() > 2_000 ? text.subSequence(0, 2_000) + "..." : text.toString();
        return '"' + shown.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0") + '"';
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    /** What came is not HTTP as it should be. */
    static final class Complaint extends IOException {
        private static final long serialVersionUID = 1;

        Complaint(String message) {
            super(message);
        }
    }

    /** One request being answered. */
    static final class Call {
        private final Request request;
        private final RequestBody body;
        private final Socket socket;
        private boolean last;

        Call(Request request, RequestBody body, Socket socket) {
            this.request = request;
            this.body = body;
            this.socket = socket;
        }

        Request request() {
            return request;
        }

        String path() {
            return request.target().replaceFirst("\\?.*", "");
        }

        /** A number of the query. */
        long number(String name, long otherwise) {
            String query = "&" + request.target().replaceFirst("[^?]*\\??", "");
            int at = query.indexOf("&" + name + "=");
            return at < 0
                    ? otherwise
                    : Long.parseLong(query.substring(at + name.length() + 2).replaceFirst("&.*", ""));
        }

        /** The body; when the client waits for 100 Continue, {@link #allowBody} must come before. */
        RequestBody body() {
            return body;
        }

        void allowBody() throws IOException {
            if (!request.values("expect").isEmpty()) {
                send("HTTP/1.1 100 Continue\r\n\r\n");
            }
        }

        void send(String text) throws IOException {
            send(text.getBytes(ISO_8859_1));
        }

        void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        /** A whole answer; {@code more} are further lines of its head, each with its end. */
        void respond(int status, String more, byte[] body) throws IOException {
            send("HTTP/1.1 %d Said\r\n%scontent-length: %d\r\n\r\n".formatted(status, more, body.length));
            if (!request.method().equals("HEAD")) {
                send(body);
            }
        }

        void respond(int status, String body) throws IOException {
            respond(status, "", body.getBytes(ISO_8859_1));
        }

        /** The connection ends after this answer. */
        void endConnection() {
            last = true;
        }

        boolean isLast() {
            return last;
        }
    }
}
