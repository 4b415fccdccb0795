"""Builds pload, and runs it on its own core."""
import glob
import json
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SCRATCH = os.path.join(ROOT, "build", "bench", "load")


class LoadError(Exception):
    """pload could not run, or broke."""


def build(tool="pload"):
    """The path of an up-to-date `tool` (pload, mixed): CMake's if it is newer than the sources, else our own."""
    folder = os.path.join(HERE, tool)
    sources = glob.glob(os.path.join(folder, "*.cc")) + glob.glob(os.path.join(folder, "*.h"))
    newest = max(os.path.getmtime(path) for path in sources)
    own = os.path.join(SCRATCH, tool)
    for path in glob.glob(os.path.join(ROOT, "build", "*", tool)) + [own]:
        if os.access(path, os.X_OK) and os.path.getmtime(path) > newest:
            return path
    os.makedirs(SCRATCH, exist_ok=True)
    print(f"building {tool}", flush=True)
    subprocess.run(["clang++-19", "-std=c++23", "-O2", "-Wall", "-Wextra", "-I", HERE, "-o", own] +
                   sorted(glob.glob(os.path.join(folder, "*.cc"))) + ["-pthread"], check=True)
    return own


class Load:
    """pload, aimed at one origin, on one core (None: on any)."""

    def __init__(self, origin, core):
        self.binary, self.origin, self.core = build(), origin, core

    def command(self, proxy, mode, path, conns, **options):
        """`options` are pload's own, with `_` for `-`; True stands for a flag without a value."""
        target = ["--origin", proxy] if mode == "direct" else ["--origin", self.origin, "--proxy", proxy]
        pinned = [] if self.core is None else ["taskset", "-c", str(self.core)]
        command = [*pinned, self.binary, *target, "--mode", mode, "--path", path, "--conns", str(conns)]
        for name, value in options.items():
            command.append("--" + name.replace("_", "-"))
            if value is not True:
                command.append(str(value))
        return command

    def start(self, *arguments, **options):
        """A run in the background."""
        return Running(self.command(*arguments, **options))

    def run(self, *arguments, **options):
        """A whole run; what pload counted. Idle modes: until all connections stood."""
        return self.start(*arguments, **options).finish()


class Running:
    """A pload at work; a context that ends it."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def ready(self):
        """Idle modes: waits until all connections stand; what was counted so far."""
        line = self.process.stdout.readline()
        if not line:
            raise LoadError(self.process.communicate()[1].strip() or "pload ended without a word")
        return json.loads(line)

    def finish(self):
        """Lets an idle mode go on, waits for the end; what was counted."""
        output, errors = self.process.communicate(timeout=3600)
        if not output or self.process.returncode not in (0, 1):
            raise LoadError(f"pload: exit {self.process.returncode}: {errors.strip()}")
        result = json.loads(output.splitlines()[-1])
        result["said"] = errors.strip()
        return result
