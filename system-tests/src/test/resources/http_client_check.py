"""What Python's http.client sees of the proxy on 127.0.0.1:PORT. Says which check fails first, or that all is well."""

import hashlib
import http.client
import os
import sys

port = int(sys.argv[1])


def connect():
    return http.client.HTTPConnection("127.0.0.1", port, timeout=30)


def check(name, holds, detail=""):
    if not holds:
        print("FAIL %s: %s" % (name, detail), flush=True)
        sys.exit(1)


def digest(data):
    return "%s %d" % (hashlib.sha256(data).hexdigest(), len(data))


def ask(connection, method, target, body=None, headers=None, **more):
    connection.request(method, target, body, headers or {}, **more)
    response = connection.getresponse()
    return response, response.read()


# One connection, used again and again.
connection = connect()
connection.connect()
socket = connection.sock
for i in range(300):
    kind = i % 6
    if kind == 0:
        response, body = ask(connection, "GET", "/bytes?n=%d&seed=%d" % (i * 37, i))
        check("body %d" % i, response.status == 200 and len(body) == i * 37, response.status)
    elif kind == 1:
        response, body = ask(connection, "HEAD", "/bytes?n=5000")
        check("HEAD %d" % i, body == b"" and response.getheader("content-length") == "5000", response.getheaders())
    elif kind == 2:
        data = os.urandom(i * 211)
        response, body = ask(connection, "POST", "/hash", data)
        check("upload %d" % i, body.decode() == digest(data), body)
    elif kind == 3:
        parts = [os.urandom(1 + i * 7) for _ in range(9)]
        response, body = ask(
            connection, "PUT", "/hash", iter(parts), {"Transfer-Encoding": "chunked"}, encode_chunked=True
        )
        check("chunked upload %d" % i, body.decode() == digest(b"".join(parts)), body)
    elif kind == 4:
        response, body = ask(connection, "GET", "/status?code=%d" % (204 if i % 4 else 304))
        check("no body %d" % i, response.status in (204, 304) and body == b"", response.status)
    else:
        response, body = ask(connection, "GET", "/bytes?form=1&n=%d" % (i * 1000))
        check("chunked body %d" % i, len(body) == i * 1000, len(body))
check("all over one connection", connection.sock is socket)

response, body = ask(connection, "GET", "/cookies")
check("two cookies", response.headers.get_all("set-cookie") == ["a=1", "b=2"], response.getheaders())
check("a byte beyond ASCII", response.getheader("x-latin") == "caf\u00e9", response.getheaders())
response, body = ask(connection, "GET", "/nowhere")
check("404 of the origin", response.status == 404 and body == b"hello\n", response.status)
for method in ("DELETE", "PATCH", "OPTIONS", "PROPFIND"):
    response, body = ask(connection, method, "/head")
    check(method, response.status == 200 and body.decode().startswith(method + " /head"), body)
response, body = ask(connection, "GET", "/head?" + "q" * 6000)
check("a long query", b"q" * 6000 in body)
response, body = ask(connection, "GET", "/bytes", headers={"Connection": "close"})
check("closes when asked to", response.will_close and connection.sock is None)

# HTTP/1.0: no chunks, and the end of the connection is the end of the body.
old = connect()
old._http_vsn, old._http_vsn_str = 10, "HTTP/1.0"
response, body = ask(old, "GET", "/bytes?form=1&n=100000")
check("HTTP/1.0", len(body) == 100000 and response.getheader("transfer-encoding") is None, response.getheaders())

data = os.urandom(16 << 20)
big = connect()
response, body = ask(big, "POST", "/hash", data)
check("16 MiB up", body.decode() == digest(data), body)
response, body = ask(big, "GET", "/bytes?n=%d" % (16 << 20))
check("16 MiB down", len(body) == 16 << 20, len(body))
print("all well")
