"""A client that reads nothing for a while, then everything: slow_reader.py HOST PORT URL SECONDS prints how that ended,
"end" or the errno's name. Python, because node takes a reset behind unread bytes for an end."""
import errno
import socket
import sys
import time

host, port, url, seconds = sys.argv[1:]
with socket.create_connection((host, int(port))) as client:
    client.sendall(f"GET {url} HTTP/1.0\r\n\r\n".encode())
    time.sleep(float(seconds))
    try:
        while client.recv(65536):
            pass
        print("end")
    except OSError as error:
        print(errno.errorcode[error.errno])
