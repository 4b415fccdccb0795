"""The origin, the peers from Debian, and Porthole: how each is configured and started, and what it can do.

Every configuration is a template beside this file; `{{name}}` is filled in. Each instance has a directory and a port
of its own, so a second one of the same kind can be started beside the first.
"""
import json
import os
import pwd
import re
import select
import shutil
import time

import procs
from loadtool import HERE, ROOT, SCRATCH
from procs import Program, StartError

PATTERN_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

# What a target can do. KEEP: more than one request on a client's connection. RELAY: bytes to the origin, without HTTP.
GET, KEEP, CONNECT, RELAY = "get", "keep", "connect", "relay"


class Target:
    """A proxy that can be started. Without a command it is Porthole."""

    def __init__(self, name, does, port, command=None, user=None):
        self.name, self.does, self.port_offset = name, does, port
        self.command, self.user = command, user  # `user`: whom it becomes when root starts it


# Port offsets count from --port-base; the origin has 0.
TARGETS = [
    Target("porthole", {GET, KEEP, CONNECT}, 1),
    Target("porthole-recording", {GET, KEEP}, 11),
    Target("nginx", {GET, KEEP}, 101, ["nginx", "-p", "{dir}/", "-c", "{conf}"]),
    Target("haproxy", {GET, KEEP}, 102, ["haproxy", "-db", "-f", "{conf}"]),
    Target("haproxy-copy", {RELAY}, 103, ["haproxy", "-db", "-f", "{conf}"]),
    Target("haproxy-splice", {RELAY}, 104, ["haproxy", "-db", "-f", "{conf}"]),
    Target("squid", {GET, KEEP, CONNECT}, 105, ["squid", "-N", "-f", "{conf}"], user="proxy"),
    Target("trafficserver", {GET, KEEP, CONNECT}, 106, ["traffic_server"], user="trafficserver"),
    Target("tinyproxy", {GET, CONNECT}, 107, ["tinyproxy", "-d", "-c", "{conf}"]),
]
TARGETS_BY_NAME = {target.name: target for target in TARGETS}
PEER_NAMES = [target.name for target in TARGETS if target.name != "porthole"]


def pattern(size):
    """The body of `size` bytes; the same rule as pload/pattern.h."""
    period = "".join(PATTERN_LETTERS[(k + (k >> 6) + (k >> 12) + (k >> 18)) & 63] for k in range(min(size, 1 << 20)))
    return (period * (size // max(1, len(period)) + 1))[:size]


class Lab:
    """Where a run happens: its ports, cores and directories."""

    def __init__(self, port_base, proxy_core, load_core, files, porthole):
        self.port_base, self.proxy_core, self.load_core, self.files = port_base, proxy_core, load_core, files
        self.porthole = porthole  # the words of its command, up to `run`
        self.origin = f"127.0.0.1:{port_base}"

    def fill(self, template, directory, port, out=None, **more):
        """Writes a filled template into `directory`, under its own name or as `out`; returns its path."""
        values = {"dir": directory, "port": port, "origin": self.origin, "origin_port": self.port_base,
                  "observe_port": port + 1, "files": self.files, **more}
        with open(os.path.join(HERE, template)) as source:
            text = source.read()
        path = os.path.join(directory, out or os.path.basename(template))
        with open(path, "w") as filled:
            filled.write(re.sub(r"\{\{(\w+)\}\}", lambda match: str(values[match[1]]), text))
        return path

    def start_origin(self):
        directory, www = fresh_directory("origin"), fresh_directory("www")
        for name, size in (("64k", 64 << 10), ("1m", 1 << 20)):
            with open(os.path.join(www, name), "w") as body:
                body.write(pattern(size))
        conf = self.fill("origin.conf", directory, self.port_base, www=www, body_1k=pattern(1024))
        origin = Program("origin", ["nginx", "-p", directory + "/", "-c", conf], self.load_core, directory)
        origin.wait_until_accepting(self.port_base)
        return origin

    def start(self, name, offset=0):
        """Starts a proxy, `offset` ports beyond its usual one; returns an Instance that accepts connections."""
        target = TARGETS_BY_NAME[name]
        port = self.port_base + target.port_offset + offset
        directory = fresh_directory(f"{name}-{offset}" if offset else name)
        if not target.command:
            return self.start_porthole(target, directory, port, capture="true" if "recording" in name else "false")
        user = target.user if os.geteuid() == 0 else "#-1"
        conf = self.fill(f"peers/{name}.conf", directory, port, user=user)
        env = prepare_trafficserver(directory, conf) if name == "trafficserver" else None
        if target.user and os.geteuid() == 0:
            give_to(directory, target.user)
        command = [word.format(dir=directory, conf=conf) for word in target.command]
        program = Program(name, command, self.proxy_core, directory, env)
        return Instance(target, program, port, program.wait_until_accepting(port))

    def start_porthole(self, target, directory, port, template="peers/porthole.conf", **more):
        """Its line on --ready-fd ends its start; that it accepts is then taken for granted, and tried."""
        conf = self.fill(template, directory, port, **more)
        ready, ready_child = os.pipe()
        try:
            program = Program("porthole", [*self.porthole, "run", "--config", conf, "--ready-fd", str(ready_child)],
                              self.proxy_core, directory, pass_fds=(ready_child,))
        finally:
            os.close(ready_child)
        with os.fdopen(ready) as pipe:
            line = pipe.readline() if select.select([pipe], [], [], procs.START_TIMEOUT_S)[0] else None
        ready_ms = (time.perf_counter() - program.started) * 1e3
        if not line:
            raise StartError(f"porthole says nothing on --ready-fd: {program.last_words()}")
        program.wait_until_accepting(port)
        return Instance(target, program, port, ready_ms, json.loads(line).get("observe"))


class Instance:
    """A proxy that runs."""

    def __init__(self, target, program, port, start_ms, observe=None):
        self.name, self.does, self.program = target.name, target.does, program
        self.port, self.start_ms, self.observe = port, start_ms, observe
        self.records = target.name == "porthole-recording"
        self.address = f"127.0.0.1:{port}"


def fresh_directory(name):
    directory = os.path.join(SCRATCH, name)
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    return directory


def give_to(directory, user):
    """Squid and Traffic Server leave root and then write here."""
    account = pwd.getpwnam(user)
    for parent, folders, files in os.walk(directory):
        for name in [".", *folders, *files]:
            os.chown(os.path.join(parent, name), account.pw_uid, account.pw_gid)


def prepare_trafficserver(directory, conf):
    """Its configuration is a directory: Debian's, with our records.config, and no store on disk."""
    etc = os.path.join(directory, "etc")
    shutil.copytree("/etc/trafficserver", etc)
    shutil.copy(conf, os.path.join(etc, "records.config"))
    open(os.path.join(etc, "storage.config"), "w").close()
    for name in ("run", "log"):
        os.mkdir(os.path.join(directory, name))
    return {"PROXY_CONFIG_CONFIG_DIR": etc, "PROXY_CONFIG_LOCAL_STATE_DIR": os.path.join(directory, "run"),
            "PROXY_CONFIG_LOG_LOGFILE_DIR": os.path.join(directory, "log")}


def default_porthole():
    return os.path.join(ROOT, "build", "release", "porthole")
