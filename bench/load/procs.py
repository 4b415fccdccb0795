"""Programs under measurement: started pinned to one core, weighed with all their descendants, and ended by pid.

Nothing here ends a process that this run did not start.
"""
import atexit
import os
import resource
import signal
import socket
import subprocess
import time

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
START_TIMEOUT_S = 15
STOP_TIMEOUT_S = 10
PATH = os.environ.get("PATH", "") + ":/usr/sbin"  # where Debian keeps servers


class StartError(Exception):
    """A program did not come up; the text says which and what it said last."""


def raise_descriptor_limit():
    """All that is started afterwards inherits the highest number of descriptors we may have; returns it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def family(root):
    """`root` and all its descendants that live now."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            fields = stat_fields(entry)
            if fields:
                children.setdefault(int(fields[1]), []).append(int(entry))
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def stat_fields(pid):
    """/proc/PID/stat from the state on: 0 state, 1 parent, 11 user ticks, 12 system ticks. None if it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            text = stat.read()
    except OSError:
        return None
    return text[text.rindex(")") + 2:].split()


class Program:
    """One started program and its descendants. `core` None: wherever the kernel likes."""

    running = []

    def __init__(self, name, command, core, directory, env=None, pass_fds=()):
        self.name = name
        self.log_path = os.path.join(directory, "output.log")
        # The child inherits our core: pinning it by a wrapper or a hook would be part of its start time.
        own_cores = os.sched_getaffinity(0)
        with open(self.log_path, "wb") as log:
            os.sched_setaffinity(0, own_cores if core is None else {core})
            try:
                self.started = time.perf_counter()
                self.process = subprocess.Popen(
                    command, cwd=directory, env={**os.environ, "PATH": PATH, **(env or {})}, stdin=subprocess.DEVNULL,
                    stdout=log, stderr=log, start_new_session=True, pass_fds=pass_fds)
            except OSError as error:
                raise StartError(f"{name}: {error}") from error
            finally:
                os.sched_setaffinity(0, own_cores)
        self.pid = self.process.pid
        Program.running.append(self)

    def wait_until_accepting(self, port):
        """Milliseconds from before fork to the first connection accepted."""
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return (time.perf_counter() - self.started) * 1e3
            except OSError:
                pass
            if self.process.poll() is not None:
                raise StartError(f"{self.name} ended with {self.process.returncode}: {self.last_words()}")
            if time.perf_counter() - self.started > START_TIMEOUT_S:
                raise StartError(f"{self.name} does not accept on port {port}: {self.last_words()}")
            time.sleep(0.0005)

    def last_words(self):
        with open(self.log_path, errors="replace") as log:
            return " | ".join(log.read().splitlines()[-3:]) or f"(nothing in {self.log_path})"

    def alive(self):
        return self.process.poll() is None

    def cpu_seconds(self):
        """User and system time of the family so far."""
        ticks = 0
        for pid in family(self.pid):
            fields = stat_fields(pid)
            if fields:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS_PER_SECOND

    def memory_kib(self):
        """(proportional set size, resident set size) of the family."""
        pss = rss = 0
        for pid in family(self.pid):
            try:
                with open(f"/proc/{pid}/smaps_rollup") as rollup:
                    for line in rollup:
                        if line.startswith("Pss:"):
                            pss += int(line.split()[1])
                        elif line.startswith("Rss:"):
                            rss += int(line.split()[1])
            except OSError:
                pass
        return pss, rss

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """Asks the family to end, then makes it. Returns the exit code of its root."""
        if self in Program.running:
            Program.running.remove(self)
        members = family(self.pid) if self.alive() else []
        if self.alive():
            self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            for pid in members:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            self.process.wait()
        return self.process.returncode


def stop_all():
    for program in list(Program.running):
        program.stop()


def stop_all_at_exit():
    """However this script ends, what it started ends too."""
    atexit.register(stop_all)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: raise_exit())


def raise_exit():
    raise SystemExit(130)
