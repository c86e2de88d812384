"""Streams of bytes that come back, over TLS and without, by Python's sockets and ssl.

byte_streams.py origin CERTIFICATE KEY CA     two origins that say everything again; says their ports: one without TLS, and one with, whose clients
                                              must have a certificate of that CA
byte_streams.py clients CERTIFICATE KEY CA COUNT NAME=PORT=HOW...
                                              COUNT clients of each of these; HOW: plain, 1.2 or 1.3, or those with +certificate. Ready when it
                                              says so; an end of stdin ends them, and they say what they saw
"""

import hashlib
import json
import os
import random
import socket
import ssl
import sys
import threading
import traceback

TIMEOUT_S = 120
MOST_UNDER_WAY = 60000
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}

# --- the origins


def echo(connection, tls):
    try:
        with tls.wrap_socket(connection, server_side=True) if tls else connection as stream:
            while data := stream.recv(65536):
                stream.sendall(data)
    except OSError:
        pass  # the clients say what went wrong


def serve(listener, tls):
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=echo, args=(connection, tls), daemon=True).start()


def origin(certificate, key, ca):
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ca)
    tls.load_cert_chain(certificate, key)
    tls.verify_mode = ssl.CERT_REQUIRED
    plain, secured = socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=(plain, None), daemon=True).start()
    print(plain.getsockname()[1], secured.getsockname()[1], flush=True)
    serve(secured, tls)


# --- the clients

ended = threading.Event()
ready = threading.Semaphore(0)
lock = threading.Lock()
seen = {}


def connect(port, how, certificate, key, ca):
    version, _, certified = how.partition("+")
    connection = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if version == "plain":
        return connection
    tls = ssl.create_default_context(cafile=ca)
    tls.minimum_version = tls.maximum_version = VERSIONS[version]
    if certified:
        tls.load_cert_chain(certificate, key)
    return tls.wrap_socket(connection, server_hostname="127.0.0.1")


def stay(name, connection):
    """Keeps bytes under way all the time; what came back must be what was sent, in its order."""
    sent, received = hashlib.sha256(), hashlib.sha256()
    under_way = total = 0
    greeted = False
    while not ended.is_set() or under_way:
        while not ended.is_set() and under_way < MOST_UNDER_WAY // 2:
            data = os.urandom(random.randint(1, MOST_UNDER_WAY // 2))
            connection.sendall(data)
            sent.update(data)
            under_way += len(data)
        data = connection.recv(65536)
        if not data:
            raise EOFError("the connection has ended")
        received.update(data)
        under_way -= len(data)
        total += len(data)
        if not greeted:
            greeted = True
            ready.release()
        ended.wait(0.1)
    if sent.digest() != received.digest():
        raise AssertionError("not what was sent")
    with lock:
        seen[name]["bytes"] += total
        seen[name]["good"] += 1


def guarded(name, port, how, *files):
    try:
        with connect(port, how, *files) as connection:
            stay(name, connection)
    except Exception:
        ready.release()
        with lock:
            seen[name]["failures"].append(traceback.format_exc(limit=2).splitlines()[-1])


def clients(certificate, key, ca, number, *listeners):
    threads = []
    for listener in listeners:
        name, port, how = listener.split("=")
        seen[name] = {"good": 0, "bytes": 0, "failures": []}
        for _ in range(int(number)):
            threads.append(threading.Thread(target=guarded, args=(name, int(port), how, certificate, key, ca)))
            threads[-1].start()
    for _ in threads:
        ready.acquire()
    print("ready", flush=True)
    sys.stdin.read()
    ended.set()
    for thread in threads:
        thread.join(TIMEOUT_S)
    for name, sums in seen.items():
        print(name, json.dumps(sums), flush=True)


if __name__ == "__main__":
    {"origin": origin, "clients": clients}[sys.argv[1]](*sys.argv[2:])
