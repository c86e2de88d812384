"""TLS clients by Python's ssl that connect once each and stay: sni_clients.py PORT COUNT NAME CA [NAME CA]...

Each line of the standard input is said on every connection, and must be answered by the server of its name. What
comes out is one line for each: how many answered, or who did not.
"""
import socket
import ssl
import sys

port, count = int(sys.argv[1]), int(sys.argv[2])
clients = []
for name, ca in zip(sys.argv[3::2], sys.argv[4::2]):
    context = ssl.create_default_context(cafile=ca)
    for _ in range(count):
        tls = context.wrap_socket(
            socket.create_connection(("127.0.0.1", port), timeout=30), server_hostname=name)
        clients.append((name, tls, tls.makefile("r", newline="\n")))
print("connected", len(clients), flush=True)
for line in sys.stdin:
    wrong = []
    for name, tls, answers in clients:
        tls.sendall(line.encode())
        answer = answers.readline()
        if answer != name + ": " + line:
            wrong.append((name, answer))
    print("wrong " + repr(wrong) if wrong else "answered %d" % len(clients), flush=True)
