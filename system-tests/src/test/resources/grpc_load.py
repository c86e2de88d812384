"""
gRPC calls without a pause through the proxy on 127.0.0.1:PORT, until standard input ends: CHANNELS connections, each with a thread of
unary calls and one of short bidirectional streams. Nothing is tried again. Prints how many calls were made, and each failure.
"""

import sys
import threading
import time

import grpc

port, channels = sys.argv[1], int(sys.argv[2])
options = [("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1)]
calls = [0] * (2 * channels)
failures = []
running = True


def keep(index, one):
    while running:
        try:
            one()
            calls[index] += 1
        except grpc.RpcError as error:
            failures.append("%s %s" % (error.code(), error.details()))
            time.sleep(0.05)


def talk(chat):
    count = 0

    def words():
        for number in range(20):
            time.sleep(0.01)
            yield b"%d" % number

    for _ in chat(words(), timeout=60, wait_for_ready=True):
        count += 1
    if count != 20:
        failures.append("a stream of %d, expected 20" % count)


threads = []
for number in range(channels):
    channel = grpc.insecure_channel("127.0.0.1:" + port, options)
    unary = channel.unary_unary("/test.Test/Unary")
    chat = channel.stream_stream("/test.Test/Chat")
    threads.append(threading.Thread(target=keep, args=(2 * number, lambda unary=unary: unary(
        b"x" * 1000, timeout=60, wait_for_ready=True))))
    threads.append(threading.Thread(target=keep, args=(2 * number + 1, lambda chat=chat: talk(chat))))
for thread in threads:
    thread.start()
print("running", flush=True)
sys.stdin.read()
running = False
for thread in threads:
    thread.join()
print("calls %d" % sum(calls))
print("failures %d" % len(failures))
for failure in failures[:20]:
    print(failure)
