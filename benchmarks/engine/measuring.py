"""Seconds, processor and memory of a tree of processes; answers over HTTP; tables that say which goals are met."""

from __future__ import annotations

import http.client
import itertools
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
LOOK_SECONDS = 0.05
SECONDS, MOST, LEAST = 3.0, 60, 5
"""A question is repeated for so long, so often at most, so often at least (once when it takes longer than that)."""
CLIENTS = 8
LOAD_SECONDS = 5
ROOT = Path(__file__).parent.parent.parent
PROXY_LUA = """
local n = 0
request = function()
  n = n + 1
  wrk.headers["X-Forwarded-For"] = "11." .. (math.floor(n / 65536) % 256)
    .. "." .. (math.floor(n / 256) % 256) .. "." .. (n % 256)
  return wrk.format()
end
"""
"""Each request comes from another visitor, as a trusted reverse proxy tells it: limits per address stay on."""


@dataclass(slots=True)
class Watch:
    """What a process and all below it used: seconds of the processor, peak memory in MB (PSS, shared pages once)."""

    pid: int
    processor: float = 0.0
    peak: float = 0.0
    _seen: dict[int, float] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Watch:
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        assert self._thread is not None
        self._thread.join()

    def _look(self) -> None:
        while True:
            pids = tree(self.pid)
            self.peak = max(self.peak, sum(pss(pid) for pid in pids))
            for pid in pids:
                self._seen[pid] = max(self._seen.get(pid, 0.0), processor_seconds(pid))
            self.processor = sum(self._seen.values())
            if self._stop.wait(LOOK_SECONDS):
                return


def tree(pid: int) -> list[int]:
    """The process and its descendants."""
    waiting, seen = [pid], []
    while waiting:
        current = waiting.pop()
        try:
            tasks = [(task / "children").read_text().split() for task in Path(f"/proc/{current}/task").iterdir()]
        except (FileNotFoundError, ProcessLookupError):
            continue
        seen.append(current)
        waiting += [int(child) for children in tasks for child in children]
    return seen


def pss(pid: int) -> float:
    """Megabytes of one process, shared pages shared out."""
    try:
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), flags=re.M)
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def processor_seconds(pid: int) -> float:
    """Seconds of the processor that one process has used, without its children."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def tree_seconds(pid: int) -> float:
    """Seconds of the processor of all processes of a server that lives on."""
    return sum(processor_seconds(one) for one in tree(pid))


@dataclass(frozen=True, slots=True)
class Cost:
    """What a job in a process of its own took; `said` is the line that it printed."""

    seconds: float
    processor: float
    peak: float
    said: str


def run_job(*arguments: object, python: Sequence[str | Path] = (sys.executable,)) -> Cost:
    """Run a command under watch. A job of ours prints its seconds, which leaves the start of Python out."""
    command = [str(part) for part in (*python, *arguments)]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    with Watch(process.pid) as watch:
        said = process.communicate()[0]
    taken = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    first, _, rest = said.strip().partition(" ")
    try:
        taken = float(first)
    except ValueError:
        rest = said
    return Cost(taken, watch.processor, watch.peak, rest)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a contestant answers a question."""

    port: int
    path: str
    headers: tuple[tuple[str, str], ...] = ()


_visitors = itertools.count()


def _visitor() -> str:
    number = next(_visitors)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def ask(address: Address, connection: http.client.HTTPConnection | None = None) -> tuple[int, bytes, float]:
    """Status, body and milliseconds of one request; each comes from another visitor, as a trusted proxy tells."""
    own = connection or http.client.HTTPConnection("127.0.0.1", address.port, timeout=600)
    started = time.perf_counter()
    own.request("GET", address.path, headers={**dict(address.headers), "X-Forwarded-For": _visitor()})
    answer = own.getresponse()
    body = answer.read()
    taken = (time.perf_counter() - started) * 1000
    if connection is None:
        own.close()
    return answer.status, body, taken


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of repeated requests one after the other; `processor` is what one costs the server's processes."""

    median: float
    p95: float
    best: float
    processor: float
    refused: int
    count: int

    def __str__(self) -> str:
        if self.refused == self.count:
            return "refused"
        told = f"{self.median:.1f} / {self.p95:.1f} / {self.best:.1f} / {self.processor:.1f}"
        return told + (f" ({self.refused} refused)" if self.refused else "")


def repeat(address: Address, pid: int) -> Timing:
    """Ask the same again and again over one connection; `pid` is the server."""
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=600)
    times: list[float] = []
    refused = 0
    until = time.perf_counter() + SECONDS
    before = tree_seconds(pid)
    while len(times) < LEAST or (time.perf_counter() < until and len(times) < MOST):
        status, _, taken = ask(address, connection)
        times.append(taken)
        refused += status != 200
        if sum(times) > 4000 * SECONDS:
            break
    connection.close()
    used = (tree_seconds(pid) - before) * 1000 / len(times)
    later = times[1:] or times
    return Timing(statistics.median(later), percentile(later), min(later), used, refused, len(times))


def percentile(times: Sequence[float], share: float = 0.95) -> float:
    """The value that `share` of the times stay under."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def load(address: Address, folder: Path) -> str:
    """Requests a second of eight clients at once, by wrk; refused ones are told."""
    script = folder / "proxy.lua"
    script.write_text(PROXY_LUA)
    headers = [part for name, value in address.headers for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{LOAD_SECONDS}s", "--timeout", "60s", "-s", str(script), *headers]
    said = subprocess.run(
        [*command, f"http://127.0.0.1:{address.port}{address.path}"], capture_output=True, text=True, check=True
    ).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    count = re.search(r"(\d+) requests in", said)
    assert rate
    assert count
    answered = int(count[1]) - (int(refused[1]) if refused else 0)
    told = f"{answered / LOAD_SECONDS:.1f}" if answered else f"<{1 / LOAD_SECONDS:.1f}"
    return told + (f" ({refused[1]} refused)" if refused else "")


def show_table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a Markdown table."""
    print(f"\n### {title}\n")
    print(f"| {' | '.join(heads)} |")
    print(f"|{'---|' * len(heads)}")
    for row in rows:
        print(f"| {' | '.join(str(cell) for cell in row)} |")
    sys.stdout.flush()


GOALS: list[tuple[str, str, bool]] = []
"""What was promised, what was measured, whether it holds: filled as the run goes."""


def judge(promise: str, measured: float, most: float, unit: str = "") -> str:
    """Note a goal; gives its mark for a table."""
    is_met = measured <= most
    GOALS.append((f"{promise} ≤ {most:g}{unit}", f"{measured:.2f}{unit}", is_met))
    return "met" if is_met else "not met"


def judge_least(promise: str, measured: float, least: float, unit: str = "") -> str:
    """The same for what has to be large enough."""
    is_met = measured >= least
    GOALS.append((f"{promise} ≥ {least:g}{unit}", f"{measured:.1f}{unit}", is_met))
    return "met" if is_met else "not met"


def show_goals() -> None:
    """Print all goals of the run."""
    rows = [(promise, measured, "met" if is_met else "**not met**") for promise, measured, is_met in GOALS]
    show_table("Goals", ("goal", "measured", ""), rows)
    print(f"\n{sum(is_met for _, _, is_met in GOALS)} of {len(GOALS)} goals met")
