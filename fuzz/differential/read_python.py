#!/usr/bin/env python3
"""Python's reading: http.client for responses, http.server's heads for requests (it leaves content to its user).

Frames from standard input, a line of JSON for each: see reading.cc.
"""
import http.client
import http.server
import io
import json
import struct
import sys

MESSAGES_MAX = 4


class Octets(io.BytesIO):
    """What the sockets' files are to http.client: not closed when a response has ended."""

    def close(self):
        pass


class Connection:
    def __init__(self, octets):
        self.octets = octets

    def makefile(self, *_arguments, **_named):
        return self.octets


class Handler(http.server.BaseHTTPRequestHandler):
    """One request's head; answers go nowhere."""

    def __init__(self, octets):  # pylint: disable=super-init-not-called
        self.rfile = octets
        self.error = None
        self.client_address = ("127.0.0.1", 0)
        self.close_connection = True

    def send_error(self, code, message=None, explain=None):
        self.error = f"{code} {message}"

    def handle_expect_100(self):
        return True


def version_text(number):
    return f"{number // 10}.{number % 10}"


def read_request(octets, reading):
    """The first head only."""
    handler = Handler(octets)
    handler.raw_requestline = octets.readline(65537)
    if not handler.raw_requestline.endswith(b"\n"):
        return
    good = handler.parse_request()
    if not good or handler.error:
        reading["outcome"], reading["detail"] = "refused", handler.error or "no request"
        return
    words = handler.requestline.split()
    reading["messages"].append({
        "start": [handler.command, handler.path if handler.path == words[1] else words[1],
                  handler.request_version.removeprefix("HTTP/")],
        "fields": [[name, value] for name, value in handler.headers.items()], "body": None, "end": octets.tell()})
    reading["outcome"] = "done"


def read_responses(octets, method, reading):
    size = len(octets.getbuffer())
    while octets.tell() < size and len(reading["messages"]) < MESSAGES_MAX:
        response = http.client.HTTPResponse(Connection(octets), method=method)
        response.begin()
        until_close = response.length is None and not response.chunked
        body = response.read()
        reading["messages"].append({
            "start": [version_text(response.version), str(response.status), response.reason],
            "fields": [[name, value] for name, value in response.headers.items()],
            "body": body.decode("latin-1"), "end": octets.tell()})
        if until_close:
            reading["outcome"] = "closed"
            return
        if response.status == 101 or response.will_close:
            reading["outcome"] = "done"
            return
    if len(reading["messages"]) == MESSAGES_MAX:
        reading["outcome"] = "done"


def read(kind, octets):
    reading = {"messages": [], "outcome": "waiting", "detail": ""}
    file = Octets(octets)
    try:
        if kind == "q":
            read_request(file, reading)
        else:
            read_responses(file, "HEAD" if kind == "h" else "GET", reading)
    except (http.client.IncompleteRead, http.client.RemoteDisconnected):
        reading["outcome"] = "waiting"
    except (http.client.HTTPException, ValueError, TypeError, IndexError, OverflowError, MemoryError) as error:
        reading["outcome"], reading["detail"] = "refused", type(error).__name__
    return reading


def main():
    octets = sys.stdin.buffer.read()
    at = 0
    while at < len(octets):
        size = struct.unpack_from(">I", octets, at + 1)[0]
        print(json.dumps(read(chr(octets[at]), octets[at + 5:at + 5 + size])))
        at += 5 + size


main()
