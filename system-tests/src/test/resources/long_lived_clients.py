"""Clients of HTTP that stay: each uses one connection from its beginning to its end, and counts what goes wrong with it.

long_lived_clients.py origin                        an origin; says its port
long_lived_clients.py clients PORT [CA VERSION]     clients of a proxy before it; ready when it says so; an end of stdin ends them, and they say
                                                    what they saw. With a CA over TLS of that version, 1.2 or 1.3
"""

import base64
import hashlib
import http.client
import http.server
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time
import traceback

TIMEOUT_S = 120
BLOCK = 5000


def block(n):
    return bytes((n + i) % 251 for i in range(BLOCK))


# --- the origin


enough = threading.Event()


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/ws":
            self.websocket()
        elif self.path == "/events":
            self.events()
        elif self.path == "/slow":
            self.slow()
        elif self.path == "/whole":
            self.whole()
        elif self.path == "/enough":
            enough.set()
            self.answer(b"")
        else:
            self.answer(self.path.encode())

    def do_POST(self):
        digest = hashlib.sha256()
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                digest.update(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
        else:
            left = int(self.headers["Content-Length"])
            while left:
                part = self.rfile.read(min(left, BLOCK))
                digest.update(part)
                left -= len(part)
        self.answer(digest.hexdigest().encode())

    def slow(self):
        self.send_response(200)
        self.send_header("Content-Length", str(30 * BLOCK))
        self.end_headers()
        for n in range(30):
            self.wfile.write(block(n))
            time.sleep(0.05)

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def whole(self):
        """One body until somebody has had enough, and then its digest."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        digest = hashlib.sha256()
        while not enough.wait(0.05):
            part = os.urandom(30000)
            digest.update(part)
            self.chunk(part)
        self.chunk(digest.digest())
        self.chunk(b"")

    def events(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        n = 0
        try:
            while True:
                self.chunk(b"data: %d\n\n" % n)
                n += 1
                time.sleep(0.05)
        except OSError:
            self.close_connection = True

    def websocket(self):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        self.close_connection = True
        try:
            while True:
                opcode, payload = read_frame(self.rfile)
                self.wfile.write(frame(opcode, payload, None))
                if opcode == 8:
                    return
        except (OSError, EOFError):
            pass


def exactly(stream, n):
    data = stream.read(n)
    if len(data) < n:
        raise EOFError("the connection has ended")
    return data


def read_frame(stream):
    first, second = exactly(stream, 2)
    length = second & 127
    if length == 126:
        length = struct.unpack(">H", exactly(stream, 2))[0]
    elif length == 127:
        length = struct.unpack(">Q", exactly(stream, 8))[0]
    mask = exactly(stream, 4) if second & 128 else bytes(4)
    payload = exactly(stream, length)
    return first & 15, bytes(b ^ mask[i & 3] for i, b in enumerate(payload))


def frame(opcode, payload, mask):
    masked = 128 if mask else 0
    if len(payload) < 126:
        head = struct.pack(">BB", 128 | opcode, masked | len(payload))
    elif len(payload) < 1 << 16:
        head = struct.pack(">BBH", 128 | opcode, masked | 126, len(payload))
    else:
        head = struct.pack(">BBQ", 128 | opcode, masked | 127, len(payload))
    if mask:
        payload = bytes(b ^ mask[i & 3] for i, b in enumerate(payload))
    return head + (mask or b"") + payload


# --- the clients

ended = threading.Event()
lock = threading.Lock()
seen = {"failures": [], "told_to_leave": 0, "reconnects": 0}
ready = threading.Semaphore(0)
tls = None
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def speak_tls(ca, version):
    global tls
    tls = ssl.create_default_context(cafile=ca)
    tls.minimum_version = tls.maximum_version = VERSIONS[version]


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return tls.wrap_socket(connection, server_hostname="127.0.0.1") if tls else connection


def count(what):
    with lock:
        seen[what] = seen.get(what, 0) + 1


class OneConnection(http.client.HTTPConnection):
    """Says so when it is closed, instead of opening another one."""

    def __init__(self, port):
        super().__init__("127.0.0.1", port, timeout=TIMEOUT_S)
        self.sock = self.first = connect(port)
        self.local = self.sock.getsockname()
        self.auto_open = 0

    def ask(self, method, path, body=None, **more):
        self.request(method, path, body, **more)
        return self.answer()

    def answer(self):
        response = self.getresponse()
        if self.sock is not self.first or self.sock.getsockname() != self.local:
            raise AssertionError("another socket")
        if response.status != 200:
            raise AssertionError("status %d" % response.status)
        if response.getheader("Connection", "").lower() == "close":
            count("told_to_leave")
        return response


def polite(port):
    connection = OneConnection(port)
    ready.release()
    n = 0
    while not ended.is_set():
        path = "/%d" % n
        if connection.ask("GET", path).read() != path.encode():
            raise AssertionError("a wrong answer")
        count("requests")
        n += 1
        time.sleep(0.04 * (n % 4))


def idle(port):
    connection = OneConnection(port)
    connection.ask("GET", "/one").read()
    ready.release()
    ended.wait()
    if connection.ask("GET", "/two").read() != b"/two":
        raise AssertionError("a wrong answer")
    count("idle")


def events(port):
    connection = OneConnection(port)
    response = connection.ask("GET", "/events")
    ready.release()
    n = 0
    while not ended.is_set():
        if response.readline() != b"data: %d\n" % n or response.readline() != b"\n":
            raise AssertionError("event %d is lost" % n)
        n += 1
        count("events")


def download(port):
    connection = OneConnection(port)
    expected = b"".join(block(n) for n in range(30))
    ready.release()
    while not ended.is_set():
        if connection.ask("GET", "/slow").read() != expected:
            raise AssertionError("not what was sent")
        count("downloads")


def upload(port, chunked):
    connection = OneConnection(port)
    ready.release()

    def blocks():
        for n in range(30):
            time.sleep(0.05)
            yield block(n)

    expected = hashlib.sha256(b"".join(block(n) for n in range(30))).hexdigest().encode()
    headers = {} if chunked else {"Content-Length": str(30 * BLOCK)}
    while not ended.is_set():
        got = connection.ask("POST", "/up", blocks(), headers=headers, encode_chunked=chunked).read()
        if got != expected:
            raise AssertionError("not what was sent")
        count("uploads")


def whole_upload(port):
    connection = OneConnection(port)
    digest = hashlib.sha256()
    ready.release()

    def blocks():
        while not ended.is_set():
            part = os.urandom(30000)
            digest.update(part)
            yield part
            count("parts_up")
            time.sleep(0.05)

    got = connection.ask("POST", "/up", blocks(), encode_chunked=True).read()
    if got != digest.hexdigest().encode():
        raise AssertionError("not what was sent")
    count("whole_uploads")


def whole_download(port):
    connection = OneConnection(port)
    response = connection.ask("GET", "/whole")
    ready.release()
    body = bytearray()
    told = False
    while part := response.read1(65536):
        body += part
        if ended.is_set() and not told:
            told = True
            OneConnection(port).ask("GET", "/enough").read()
    if hashlib.sha256(body[:-32]).digest() != body[-32:]:
        raise AssertionError("not what was sent")
    count("whole_downloads")


def websocket(port):
    with connect(port) as connection:
        connection.sendall(
            b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        stream = connection.makefile("rb")
        if b" 101 " not in stream.readline():
            raise AssertionError("no upgrade")
        while stream.readline() != b"\r\n":
            pass
        ready.release()
        n = 0
        while not ended.is_set():
            payload = os.urandom(1 + n * 7919 % 70000 if n % 50 == 0 else 20)
            connection.sendall(frame(2, payload, os.urandom(4)))
            if read_frame(stream) != (2, payload):
                raise AssertionError("not what was sent")
            count("messages")
            n += 1
            time.sleep(0.03)


def guarded(client, *arguments):
    try:
        client(*arguments)
    except Exception:
        ready.release()
        with lock:
            seen["failures"].append(client.__name__ + ": " + traceback.format_exc(limit=2).splitlines()[-1])
            seen["reconnects"] += 1


def clients(port):
    kinds = [(polite,)] * 8 + [(idle,)] * 40 + [(events,)] * 4 + [(websocket,)] * 4 + [(download,)] * 2
    kinds += [(upload, True), (upload, False), (whole_upload,), (whole_download,)]
    threads = []
    for kind, *more in kinds:
        threads.append(threading.Thread(target=guarded, args=(kind, port, *more)))
        threads[-1].start()
    for _ in threads:
        ready.acquire()
    print("ready", flush=True)
    sys.stdin.read()
    ended.set()
    for thread in threads:
        thread.join(TIMEOUT_S)
    print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "origin":
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
        server.daemon_threads = True
        server.socket.listen(200)
        print(server.server_address[1], flush=True)
        server.serve_forever()
    else:
        if len(sys.argv) > 3:
            speak_tls(*sys.argv[3:5])
        clients(int(sys.argv[2]))
