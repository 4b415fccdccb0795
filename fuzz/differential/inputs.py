"""Inputs for the differential and seeds for the fuzz targets: what the corpora, the goldens and the end-to-end tests hold.

Each is a kind (q: requests, r and h: responses to GET and HEAD) and the octets of one connection.
"""
import base64
import pathlib
import random
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
INPUT_MAX = 6000
# What smuggling is made of.
PIECES = [
    b"Content-Length: 5\r\n", b"Content-Length: +5\r\n", b"Content-Length: 5, 5\r\n", b"Content-Length: 0x5\r\n",
    b"content-length : 5\r\n", b"Content-Length:\r\n", b"Content-Length: 5\n", b"Content-Length: 05\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"Transfer-Encoding: chunked, identity\r\n",
    b"Transfer-Encoding:\x0bchunked\r\n", b"Transfer-Encoding: xchunked\r\n", b"Transfer-Encoding\r\n", b"Transfer-Encoding:\r\n",
    b"Transfer-Encoding: chunked;a=b\r\n", b"Transfer-Encoding:\r\n chunked\r\n", b"Connection: close\r\n",
    b"Connection: keep-alive\r\n", b"Connection: upgrade\r\nUpgrade: x\r\n", b"Upgrade: h2c\r\n", b"Host: h\r\n", b"Host: a,b\r\n",
    b"X: \xe9\xff\r\n", b"X: a\x00b\r\n", b"X: a\rb\r\n", b"X:\r\n", b": v\r\n", b" X: y\r\n", b"X : y\r\n", b"X\x7f: y\r\n",
    b"X(: y\r\n", b"\r\n", b"\n", b"\r", b"\x00", b" ", b"\t", b"\x0b", b"\x85", b"\xa0", b"0\r\n\r\n", b"5\r\nhello\r\n",
    b"5;a=b\r\nhello\r\n", b"5 \r\nhello\r\n", b"0x5\r\nhello\r\n", b"5\nhello\n", b"00005\r\nhello\r\n", b"5\r\nhello", b"-1\r\n",
    b"fffffffffffffffff\r\n", b"0\r\nX: y\r\n\r\n", b"HTTP/1.0", b"HTTP/1.1", b"HTTP/2.0", b"HTTP/1.7", b"http/1.1", b"GET",
    b"POST", b"HEAD", b"200", b"204", b"304", b"101", b"100", b"99", b"1000", b"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 200\r\n", b"HTTP/1.1  200 OK\r\n",
]


def golden_inputs():
    def decode(text):
        lines = "".join(line + "\r\n" for line in text.splitlines()).replace("\\\r\n", "")
        def escape(match):
            word = match[1]
            if word.startswith("{"):
                octets, count = word[1:-1].rsplit("*", 1)
                return octets * int(count)
            return {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\"}.get(word) or chr(int(word[1:], 16))
        return re.sub(r"\\(\{[^}]*\}|x[0-9a-f]{2}|.)", escape, lines).encode("latin-1", "replace")

    for path in sorted((ROOT / "tests/golden/wire").glob("*.md")):
        for words, text in re.findall(r"^```http ?([^\n]*)\n(.*?)^```$", path.read_text(), re.M | re.S):
            if "response" in words.split():
                yield ("h" if "HEAD" in words.split() else "r"), decode(text)
            elif "request" in words.split():
                yield "q", decode(text)


def corpus_inputs():
    def files(target):
        return [path.read_bytes() for path in sorted((ROOT / "fuzz/corpus" / target).iterdir())]

    for octets in files("h1_request"):
        if octets:
            yield "q", octets[1 + (octets[0] & 15):]
    for octets in files("h1_response"):
        if len(octets) > 1:
            yield ("h" if octets[0] & 3 == 1 else "r"), octets[2 + (octets[1] & 15):]
    for octets in files("chunked"):
        if octets:
            content = octets[1 + (octets[0] & 15):]
            yield "q", b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + content
            yield "r", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + content
    for octets in files("target"):
        if octets:
            method = (b"GET", b"CONNECT", b"OPTIONS", b"X")[octets[0] & 3]
            yield "q", method + b" " + octets[1:] + b" HTTP/1.1\r\nHost: h\r\n\r\n"


HOSTILE = """
import {families as requests} from './tests/e2e/hostile/requests.mjs';
import {families as responses} from './tests/e2e/hostile/responses.mjs';
const fill = (text) => text.replaceAll('{h}', 'h').replaceAll('{p}', '80').replaceAll('{c}', '/c')
  .replaceAll('{smuggled}', 'GET /s HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n').replaceAll('{smuggled#}', '29')
  .replaceAll('{smuggled#x}', '1d').replaceAll('{poison}', 'HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\n\\r\\nx');
const out = (kind, text) => console.log(kind + Buffer.from(fill(text), 'latin1').toString('base64'));
for (const family of requests) for (const text of family.cases) if (typeof text === 'string') out('q', text);
const kind = (family) => family.method === 'HEAD' ? 'h' : 'r';
for (const family of responses) for (const text of family.cases) if (typeof text === 'string') out(kind(family), text);
"""


def hostile_inputs():
    text = subprocess.run(["node", "--input-type=module", "-e", HOSTILE], cwd=ROOT, capture_output=True, text=True, check=True)
    for line in text.stdout.splitlines():
        yield line[0], base64.b64decode(line[1:])


def known():
    inputs = [*corpus_inputs(), *golden_inputs(), *hostile_inputs()]
    return list(dict.fromkeys((kind, octets[:INPUT_MAX]) for kind, octets in inputs))


def mutated(pool, count, seed):
    rng = random.Random(seed)
    for _ in range(count):
        kind, octets = rng.choice(pool)
        octets = bytearray(octets[:2000])
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            mutate(octets, rng)
        yield kind, bytes(octets)


def line_ends(octets):
    return [match.end() for match in re.finditer(b"\n", octets)] or [0]


def mutate(octets, rng):
    at = rng.randrange(len(octets) + 1)
    choice = rng.randrange(8)
    if choice <= 1:
        octets[at:at] = rng.choice(PIECES)
    elif choice <= 3:  # a line where lines begin
        at = rng.choice(line_ends(octets))
        octets[at:at] = rng.choice(PIECES)
    elif choice == 4:
        del octets[at:at + rng.choice((1, 1, 2, 5, 20))]
    elif choice == 5 and octets:
        octets[at % len(octets)] = rng.choice((rng.randrange(256), ord(rng.choice(" \t\r\n:;,=\"0159aAx"))))
    elif choice == 6:  # a line twice
        ends = line_ends(octets)
        i = rng.randrange(len(ends))
        begin = ends[i - 1] if i else 0
        octets[begin:begin] = octets[begin:ends[i]]
    else:
        octets[at:at] = octets[max(0, at - rng.randrange(1, 12)):at]
