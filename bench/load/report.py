"""What a run says: a table for each test, the budgets of Porthole, and lines for the ledger."""
import csv
import datetime
import os
import statistics
import subprocess

from loadtool import ROOT
from measure import TESTS_BY_NAME, UNITS

LEDGER = os.path.join(ROOT, "bench", "ledger.csv")
LEDGER_COLUMNS = ["date", "commit", "machine", "test", "target", "metric", "unit", "reps",
                  "min", "median", "max", "porthole_ratio"]


class Budget:
    """A bound on Porthole's figure: absolute, or times a peer's in the same repetition."""

    def __init__(self, test, metric, limit, peer=None):
        self.test, self.metric, self.limit, self.peer = test, metric, limit, peer

    def verdict(self, value):
        # Only what is compared with a peer has a tie: memory is counted exactly, and the start has room enough.
        tie = TESTS_BY_NAME[self.test].tie if self.peer else 1.0
        return "PASS" if value <= self.limit else "tie" if value <= self.limit * tie else "MISS"


BUDGETS = [
    Budget("get1k", "cpu_us_per_request", 0.90, "nginx"),
    Budget("get1k", "cpu_us_per_request", 0.85, "haproxy"),
    Budget("get1k_c1000", "cpu_us_per_request", 0.90, "nginx"),
    Budget("get1k_c1000", "cpu_us_per_request", 0.85, "haproxy"),
    Budget("close1k", "cpu_us_per_request", 1.00, "nginx"),
    Budget("get64k", "cpu_s_per_gb", 1.00, "haproxy"),
    Budget("get1m", "cpu_s_per_gb", 1.10, "haproxy"),
    Budget("tunnel", "cpu_s_per_gb", 1.25, "haproxy-splice"),
    Budget("connrate", "cpu_us_per_tunnel", 0.80, "trafficserver"),
    Budget("idleget5000", "pss_kib_per_connection", 1.0),
    Budget("idlecon5000", "pss_kib_per_connection", 1.0),
    Budget("start", "start_ms", 50.0),
    Budget("start", "rss_mib", 20.0),
]


class Results:
    """All measurements of a run, by test and target, one for each repetition."""

    def __init__(self):
        self.taken = {}

    def add(self, test, target, measurement):
        self.taken.setdefault((test, target), []).append(measurement)

    def targets(self, test):
        return [target for name, target in self.taken if name == test]

    def values(self, test, target, metric):
        """One value for each repetition; None where there is none."""
        return [m.figures.get(metric) for m in self.taken.get((test, target), [])]

    def spread(self, test, target, metric):
        """(min, median, max), or None."""
        values = [value for value in self.values(test, target, metric) if value is not None]
        return (min(values), statistics.median(values), max(values)) if values else None

    def ratio(self, test, target, metric):
        """The median over the repetitions of Porthole's figure to the target's in the same one, or None."""
        pairs = zip(self.values(test, "porthole", metric), self.values(test, target, metric))
        ratios = [ours / theirs for ours, theirs in pairs if ours is not None and theirs]
        return statistics.median(ratios) if ratios else None

    def failed(self, test, target):
        return sum(m.failed for m in self.taken[test, target])

    def why(self, test, target):
        return next((m.why.splitlines()[0] for m in self.taken[test, target] if m.why), "")


def number(value):
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"


def plain(value):
    """Four digits that a spreadsheet reads."""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def print_test(results, test):
    """One table: the cost as min / median / max over the repetitions, its ratio, and the medians of all else.

    The ratio is Porthole's cost to the target's: below 1, Porthole does the same work with less.
    """
    print(f"\n## {test.name}: {test.title}")
    targets = results.targets(test.name)
    others = [metric for metric in UNITS if metric != test.cost
              and any(results.spread(test.name, target, metric) for target in targets)]
    print(f"{'':16s}{test.cost:>30s}  {'ratio':>6s}" + "".join(f"{metric:>16s}" for metric in others))
    for target in targets:
        cost, ratio = results.spread(test.name, target, test.cost), results.ratio(test.name, target, test.cost)
        row = f"{target:16s}{' / '.join(map(number, cost)) if cost else '-':>30s}  {f'{ratio:.2f}' if ratio else '-':>6s}"
        for metric in others:
            spread = results.spread(test.name, target, metric)
            row += f"{number(spread[1]) if spread else '-':>16s}"
        failed, why = results.failed(test.name, target), results.why(test.name, target)
        print(row + (f"   {failed} FAILED" if failed else "") + (f"   ({why})" if why else ""))


def print_budgets(results):
    """One line for each budget of DESIGN that this run can tell something about. Returns how many were missed."""
    print("\n## Budgets")
    missed = 0
    for budget in BUDGETS:
        if budget.peer:
            value = results.ratio(budget.test, budget.peer, budget.metric)
            bound = f"<= {budget.limit:.2f} x {budget.peer}"
        else:
            spread = results.spread(budget.test, "porthole", budget.metric)
            value, bound = spread and spread[1], f"<= {budget.limit:g} {UNITS[budget.metric]}"
        if value is None:
            continue
        verdict = budget.verdict(value)
        missed += verdict == "MISS"
        print(f"{verdict:5s} {budget.test:12s} {budget.metric:24s} {value:8.2f}   {bound}")
    for (test, target) in results.taken:
        if target == "porthole" and results.failed(test, target):
            missed += 1
            print(f"MISS  {test:12s} {results.failed(test, target)} requests failed")
    return missed


def machine():
    """What the figures depend on, and nothing that names the machine."""
    with open("/proc/cpuinfo") as cpuinfo:
        model = next((line.split(":", 1)[1].strip() for line in cpuinfo if line.startswith("model name")), os.uname().machine)
    kernel = ".".join(os.uname().release.split("-")[0].split(".")[:3])
    return f"{model} x{os.cpu_count()}; Linux {kernel}"


def commit():
    def git(*arguments):
        return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=True).stdout.strip()
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!bench/ledger.csv")
    return git("rev-parse", "--short=10", "HEAD") + ("+" if changed else "")


def append_to_ledger(results):
    """One line for each test, target and metric."""
    is_new = not os.path.exists(LEDGER)
    common = [datetime.date.today().isoformat(), commit(), machine()]
    with open(LEDGER, "a", newline="") as out:
        ledger = csv.writer(out, lineterminator="\n")
        if is_new:
            ledger.writerow(LEDGER_COLUMNS)
        for (test, target), measurements in results.taken.items():
            for metric, unit in UNITS.items():
                spread = results.spread(test, target, metric)
                if not spread:
                    continue
                ratio = results.ratio(test, target, metric)
                ledger.writerow([*common, test, target, metric, unit, len(measurements),
                                 *map(plain, spread), f"{ratio:.3f}" if ratio else ""])
    print(f"\nappended to {os.path.relpath(LEDGER, ROOT)}")
