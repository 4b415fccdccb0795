"""Peers come from Debian packages, and stay silent: a benchmark must not leave servers running on anybody's machine."""
import glob
import os
import shutil
import subprocess
import urllib.request

from loadtool import ROOT, SCRATCH

# Packages that bring a service. tools/deps keeps it from starting; the next boot must not start it either.
SERVICES = {"nginx-light": "nginx", "haproxy": "haproxy", "squid": "squid", "trafficserver": "trafficserver"}


def install_peers():
    """Installs what a benchmark needs and this machine lacks; tools/deps says what, and asks."""
    here_before = installed(SERVICES)
    if subprocess.run([os.path.join(ROOT, "tools", "deps"), "bench"]).returncode:
        raise SystemExit("bench: the peers are not there")
    for package in installed(SERVICES) - here_before:
        subprocess.run([*as_root(), "systemctl", "disable", "--quiet", SERVICES[package]], check=False)


def installed(packages):
    asked = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *packages],
                           capture_output=True, text=True)
    return {line.split()[0] for line in asked.stdout.splitlines() if line.endswith(" installed")}


def as_root():
    return [] if os.geteuid() == 0 else ["sudo"]


def fetch_promtool():
    """The path of promtool, from Debian's prometheus package, unpacked but not installed: it would be one more service."""
    found = shutil.which("promtool")
    if found:
        return found
    directory = os.path.join(SCRATCH, "promtool")
    promtool = os.path.join(directory, "usr", "bin", "promtool")
    if not os.path.exists(promtool):
        print("fetching Debian's package prometheus (19 MB) for promtool", flush=True)
        os.makedirs(directory, exist_ok=True)
        # As root apt complains that its own account cannot write here, and goes on.
        fetched = subprocess.run(["apt-get", "download", "-qq", "prometheus"], cwd=directory, capture_output=True, text=True)
        if fetched.returncode:
            raise SystemExit("bench: no promtool: " + fetched.stderr.strip())
        package = glob.glob(os.path.join(directory, "prometheus_*.deb"))[0]
        subprocess.run(["dpkg-deb", "-x", package, directory], check=True)
        os.remove(package)
    return promtool


def check_metrics(observe):
    """Whether promtool finds nothing to say about /metrics on the observe listener."""
    page = urllib.request.urlopen(f"http://{observe}/metrics", timeout=10).read()
    checked = subprocess.run([fetch_promtool(), "check", "metrics"], input=page, capture_output=True)
    print("\n## promtool check metrics:", "PASS" if checked.returncode == 0 else "MISS", f"({len(page)} bytes)")
    print((checked.stdout + checked.stderr).decode(), end="")
    return checked.returncode == 0
