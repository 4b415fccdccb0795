# Binds a unix datagram socket (argv[1]) and prints each datagram as one JSON line: systemd's side of sd_notify.
import json
import socket
import sys

receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print("bound", flush=True)
while True:
    print(json.dumps(receiver.recv(65536).decode()), flush=True)
