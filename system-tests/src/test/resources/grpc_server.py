"""A gRPC server on a free port of 127.0.0.1, which it prints. Messages are bytes: no generated code."""

import time
from concurrent import futures

import grpc


def unary(request, context):
    if request == b"abort":
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "100 % of it: \u00fc")
    if request == b"sleep":
        time.sleep(5)
    context.set_trailing_metadata((("x-trailer", "there"),))
    return request


def download(request, context):
    for number in range(int(request)):
        yield b"%d" % number


def upload(requests, context):
    return b"%d" % sum(len(request) for request in requests)


def chat(requests, context):
    for request in requests:
        yield request


server = grpc.server(futures.ThreadPoolExecutor(64))
server.add_generic_rpc_handlers((
    grpc.method_handlers_generic_handler("test.Test", {
        "Unary": grpc.unary_unary_rpc_method_handler(unary),
        "Download": grpc.unary_stream_rpc_method_handler(download),
        "Upload": grpc.stream_unary_rpc_method_handler(upload),
        "Chat": grpc.stream_stream_rpc_method_handler(chat),
    }),
))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, flush=True)
server.wait_for_termination()
