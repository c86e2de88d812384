"""What gRPC's own client sees of the proxy on 127.0.0.1:PORT, in all four kinds of calls. Says which check fails, or that all is well."""

import queue
import sys

import grpc

channel = grpc.insecure_channel("127.0.0.1:" + sys.argv[1])


def check(name, holds, detail=""):
    if not holds:
        print("FAIL %s: %s" % (name, detail), flush=True)
        sys.exit(1)


def status(call, request, **more):
    try:
        call(request, **more)
        return None, "no error"
    except grpc.RpcError as error:
        return error.code(), error.details()


unary = channel.unary_unary("/test.Test/Unary")
answer, call = unary.with_call(b"hello", timeout=30)
check("unary", answer == b"hello", answer)
check("trailing metadata", ("x-trailer", "there") in tuple(tuple(each) for each in call.trailing_metadata()))
check("a large message", len(unary(b"x" * 3_000_000, timeout=60)) == 3_000_000)
code, details = status(unary, b"abort", timeout=30)
check("the server's status", code == grpc.StatusCode.FAILED_PRECONDITION, code)
check("the server's message", details == "100 % of it: \u00fc", details)
code, details = status(unary, b"sleep", timeout=0.5)
check("a deadline", code == grpc.StatusCode.DEADLINE_EXCEEDED, code)
code, details = status(channel.unary_unary("/test.Test/Missing"), b"", timeout=30)
check("a method that is not there", code == grpc.StatusCode.UNIMPLEMENTED, code)

check("server streaming", len(list(channel.unary_stream("/test.Test/Download")(b"2000", timeout=60))) == 2000)
check("client streaming", channel.stream_unary("/test.Test/Upload")(
    (b"x" * 10_000 for _ in range(500)), timeout=60) == b"5000000")

said = queue.Queue()
talk = channel.stream_stream("/test.Test/Chat")(iter(said.get, None), timeout=60)
for number in range(200):  # lock step: nothing may be held back
    said.put(b"%d" % number)
    check("bidirectional streaming", next(talk) == b"%d" % number)
said.put(None)
check("the end of a stream", list(talk) == [])

many = [unary.future(b"%d" % number, timeout=60) for number in range(500)]
check("500 calls at once", all(each.result() == b"%d" % number for number, each in enumerate(many)))
print("all is well", flush=True)
