"""The tests: what each loads, and what one run of it measures. DESIGN: one worker on its own core, CPU per unit of work."""
import time
import urllib.request

from peers import CONNECT, GET, KEEP, RELAY

START = "start"
SPARE_PORTS = 200  # from a proxy's port to that of a second instance beside it
BULK_TIE, TIE = 1.25, 1.05  # bulk figures are bimodal: below 25 % is noise


class Test:
    """One line of the benchmark. `cost` names its main figure: the one that budgets and ratios are about."""

    def __init__(self, name, title, needs, mode, path, conns, cost, tie=TIE, rate=None):
        self.name, self.title, self.needs, self.mode, self.path = name, title, needs, mode, path
        self.conns, self.cost, self.tie, self.rate = conns, cost, tie, rate

    def suits(self, does):
        return self.needs in does or self.needs == START and RELAY not in does or self.name == "tunnel" and RELAY in does


TESTS = [
    Test("get1k", "GET 1 KiB, 64 connections kept", GET, "get", "/1k", 64, "cpu_us_per_request"),
    Test("get1k_c1000", "GET 1 KiB, 1,000 connections kept", GET, "get", "/1k", 1000, "cpu_us_per_request"),
    Test("get1k_20k", "GET 1 KiB, 20,000 a second over 64", GET, "get", "/1k", 64, "cpu_us_per_request", rate=20_000),
    Test("get1k_c1000_20k", "the same over 1,000", GET, "get", "/1k", 1000, "cpu_us_per_request", rate=20_000),
    Test("close1k", "GET 1 KiB, a new connection each", GET, "close", "/1k", 64, "cpu_us_per_request"),
    Test("get64k", "GET 64 KiB, 64 connections kept", GET, "get", "/64k", 64, "cpu_s_per_gb", BULK_TIE),
    Test("get64k_300m", "GET 64 KiB at 300 MB/s over 64", GET, "get", "/64k", 64, "cpu_s_per_gb", BULK_TIE, rate=4578),
    Test("get1m", "GET 1 MiB, 16 connections kept", GET, "get", "/1m", 16, "cpu_s_per_gb", BULK_TIE),
    Test("post64k", "POST 64 KiB and get it back, 16 connections kept", KEEP, "post", "/echo", 16, "cpu_s_per_gb", BULK_TIE),
    Test("tunnel", "1 MiB bodies through 8 tunnels", CONNECT, "tunnel", "/1m", 8, "cpu_s_per_gb", BULK_TIE),
    Test("connrate", "CONNECT, GET 1 KiB inside, close; 32 at once", CONNECT, "connrate", "/1k", 32, "cpu_us_per_tunnel"),
    Test("idleget5000", "5,000 idle clients after one GET", KEEP, "idle-get", "/1k", 5000, "pss_kib_per_connection"),
    Test("idlecon5000", "5,000 idle tunnels", CONNECT, "idle-connect", "/1k", 5000, "pss_kib_per_connection"),
    Test("start", "from fork to the first connection accepted", START, None, None, 0, "start_ms"),
]
PACED = [test.name for test in TESTS if test.rate]  # on request
TESTS_BY_NAME = {test.name: test for test in TESTS}

UNITS = {
    "cpu_us_per_request": "us", "cpu_us_per_tunnel": "us", "cpu_s_per_gb": "s", "requests_per_s": "1/s", "mb_per_s": "MB/s",
    "p50_us": "us", "p99_us": "us", "core_used": "1", "pss_kib_per_connection": "KiB", "start_ms": "ms", "rss_mib": "MiB",
    "flows_complete": "1", "heads_dropped": "1", "pieces_dropped": "1", "rss_growth_mib": "MiB", "store_mib": "MiB",
}


class Measurement:
    """What one run of one test on one target gave: figures by metric, or why there are none."""

    def __init__(self, figures=None, failed=0, why=""):
        self.figures, self.failed, self.why = figures or {}, failed, why


def measure(test, instance, lab, load, seconds):
    """One run. `load` is the load tool; starts and idle memory are those of a second instance."""
    if test.needs == START:
        return measure_start(instance, lab)
    if test.mode.startswith("idle"):
        return measure_idle(test, instance, lab, load)
    return measure_work(test, instance, load, seconds)


def measure_work(test, instance, load, seconds):
    mode = test.mode
    if RELAY in instance.does:
        mode = "direct"  # it is loaded as if it were the origin: a tunnel's work without the CONNECT
    elif mode == "get" and KEEP not in instance.does:
        mode = "close"  # it closes after each response without a word; a client that keeps on would only see failures
    options = {"body_bytes": 64 << 10, "verify": True} if mode == "post" else {}
    if test.rate:
        options["rate"] = test.rate
    recorded = recorder_counts(instance)
    before, started = instance.program.cpu_seconds(), time.monotonic()
    counted = load.run(instance.address, mode, test.path, test.conns, secs=seconds, **options)
    cpu, wall = instance.program.cpu_seconds() - before, time.monotonic() - started
    if not counted["ok"]:
        return Measurement(failed=counted["failed"], why=counted["said"] or "nothing came back")

    moved_bytes = counted["body_bytes"] + counted["uploaded_bytes"]
    figures = {test.cost: cpu * (1e9 / moved_bytes if test.cost == "cpu_s_per_gb" else 1e6 / counted["ok"])}
    figures["requests_per_s"] = counted["ok"] / counted["secs"]
    figures["mb_per_s"] = moved_bytes / counted["secs"] / 1e6
    figures["p50_us"], figures["p99_us"] = counted["p50_us"], counted["p99_us"]
    figures["core_used"] = cpu / wall
    if recorded:
        figures |= recorded_figures(recorded, instance, counted["ok"])
    return Measurement(figures, counted["failed"], counted["said"])


def recorder_counts(instance):
    """What its recorder has counted so far; None when it records nothing."""
    if not instance.records:
        return None
    with urllib.request.urlopen(f"http://{instance.observe}/metrics", timeout=5) as page:
        lines = [line.decode().split() for line in page if not line.startswith(b"#")]
    return {words[0].removeprefix("porthole_recorder_"): float(words[1]) for words in lines
            if words[0].startswith("porthole_recorder_")}


def recorded_figures(before, instance, requests):
    """Once the last flow is written: which part of the requests is a whole flow, and what was dropped on the way."""
    deadline = time.monotonic() + 5
    while True:
        gained = {name: value - before[name] for name, value in recorder_counts(instance).items()}
        if gained["flows_total"] >= requests or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    return {"flows_complete": (gained["flows_total"] - gained["flows_incomplete_total"]) / requests,
            "heads_dropped": gained["events_dropped_total"] + gained["events_unwritten_total"],
            "pieces_dropped": gained["chunks_dropped_total"]}


def measure_idle(test, instance, lab, load):
    """Pss of all processes with the connections open, less before, by connection. Kernel memory is not in it.

    On a fresh instance: what earlier tests made it allocate and keep would hide what these connections need.
    """
    fresh = lab.start(instance.name, offset=SPARE_PORTS)
    try:
        load.run(fresh.address, "close", "/1k", 16, requests=500)
        before, _ = fresh.program.memory_kib()
        with load.start(fresh.address, test.mode, test.path, test.conns, secs=30, hold=60) as running:
            idle = running.ready()["idle"]
            time.sleep(1.2)  # what is put off to a timer shall be done
            after, _ = fresh.program.memory_kib()
            counted = running.finish()
    finally:
        fresh.program.stop()
    if idle < test.conns:
        return Measurement(failed=test.conns - idle, why=counted["said"] or f"only {idle} of {test.conns} stayed open")
    return Measurement({test.cost: (after - before) / idle}, counted["idle_lost"])


def measure_start(instance, lab):
    fresh = lab.start(instance.name, offset=SPARE_PORTS)
    try:
        time.sleep(1)
        _, rss_kib = fresh.program.memory_kib()
    finally:
        fresh.program.stop()
    return Measurement({"start_ms": fresh.start_ms, "rss_mib": rss_kib / 1024})
