"""Start, memory, cached pages and slow clients of the real server, beside a bare waitress on the same machine.

    python benchmarks/bench_serving.py [home with data]

Needs `wrk`. Every figure stands beside its yardstick from the same run: machines and their neighbours differ.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

SECONDS = 5
CONNECTIONS = 16
SLOW_CLIENTS = 200
YARDSTICK = """
import waitress
BODY = b"x" * {size}
HEADERS = [("Content-Type", "text/html"), ("Content-Length", str(len(BODY)))]
def app(environ, start_response):
    start_response("200 OK", HEADERS)
    return [BODY]
waitress.serve(app, host="127.0.0.1", port={port}, threads=6, _quiet=True)
"""


def free_port() -> int:
    """A port nobody uses at the moment."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def fetch(port: int, path: str) -> tuple[float, int]:
    """Seconds and bytes of one request on a new connection."""
    started = time.perf_counter()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
        size = len(answer.read())
    return time.perf_counter() - started, size


def wait_for(port: int, path: str) -> float:
    """Seconds until the address answers."""
    started = time.perf_counter()
    while time.perf_counter() - started < 60:
        with contextlib.suppress(OSError):
            fetch(port, path)
            return time.perf_counter() - started
        time.sleep(0.02)
    raise SystemExit("the server does not answer")


def load(port: int, path: str) -> str:
    """Requests a second and slowest percent, by wrk."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", f"http://127.0.0.1:{port}{path}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate, worst = re.search(r"Requests/sec:\s+([\d.]+)", said), re.search(r"99%\s+(\S+)", said)
    errors = re.search(r"(Non-2xx.*|Socket errors.*)", said)
    assert rate
    assert worst
    return f"{float(rate[1]):8.0f}/s   p99 {worst[1]:>9}   {errors[1] if errors else ''}"


def memory(pid: int) -> tuple[int, int, int]:
    """Processes, and megabytes as the kernel shares them out (PSS) and as `ps` adds them up (RSS)."""
    pids, seen = [pid], []
    while pids:
        seen.append(current := pids.pop())
        for task in Path(f"/proc/{current}/task").iterdir():
            pids += [int(child) for child in (task / "children").read_text().split()]
    totals = {"Pss": 0, "Rss": 0}
    for process in seen:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        for name in totals:
            found = re.search(rf"^{name}:\s+(\d+)", rollup, flags=re.M)
            totals[name] += int(found[1]) if found else 0
    return len(seen), totals["Pss"] // 1024, totals["Rss"] // 1024


def percentile(port: int, path: str, count: int = 200) -> float:
    """The 95th percentile of `count` single requests, in milliseconds."""
    times = [fetch(port, path)[0] for _ in range(count)]
    return statistics.quantiles(times, n=20)[-1] * 1000


def trickle(port: int, number: int) -> socket.socket:
    """A client that has begun a request, every other one its body, and will not finish it."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=20)
    begun = b"GET / HTTP/1.1\r\nHost: x\r\nX: " if number % 2 else b"POST / HTTP/1.1\r\nContent-Length: 99999\r\n\r\n"
    sock.sendall(begun)
    return sock


def under_slow_clients(port: int, path: str) -> float:
    """`percentile` while `SLOW_CLIENTS` trickle a byte each, ten times a second."""
    sockets = [trickle(port, number) for number in range(SLOW_CLIENTS)]
    stop = threading.Event()

    def feed() -> None:
        while not stop.wait(0.1):
            for sock in sockets:
                with contextlib.suppress(OSError):
                    sock.send(b"a")

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        return percentile(port, path)
    finally:
        stop.set()
        feeder.join()
        for sock in sockets:
            sock.close()


def measure(home: Path) -> None:
    """Start the portal on `home` and print all figures."""
    port, other = free_port(), free_port()
    environment = {**os.environ, "KAIFANG_HOME": str(home), "PORT": str(port), "REQUESTS_PER_MINUTE": "9000000"}
    kaifang, quiet = [sys.executable, "-m", "portal"], subprocess.DEVNULL
    subprocess.run([*kaifang, "db", "upgrade"], env=environment, check=True, stdout=quiet)
    portal = subprocess.Popen([*kaifang, "serve"], env=environment, stdout=quiet)
    bare = None
    try:
        print(f"start until the first page        {wait_for(port, '/'):6.2f} s")
        time.sleep(8)
        print("idle:   {} processes, {} MB (PSS), {} MB (RSS, shared pages counted again)".format(*memory(portal.pid)))
        size = fetch(port, "/")[1]
        yardstick = YARDSTICK.format(size=size, port=other)
        bare = subprocess.Popen([sys.executable, "-c", yardstick], stderr=quiet)
        wait_for(other, "/")
        print(f"bare waitress, {size} bytes       {load(other, '/')}")
        for path in ("/", "/dataset", "/en/dataset"):
            fetch(port, path)
            print(f"cached {path:24}   {load(port, path)}")
        print(f"health check (through Flask)      {load(port, '/healthz')}")
        calm = percentile(port, "/")
        slow = under_slow_clients(port, "/")
        print(f"page p95: {calm:.1f} ms; with {SLOW_CLIENTS} slow clients {slow:.1f} ms: {slow / calm:.2f} times")
        print("loaded: {} processes, {} MB (PSS), {} MB (RSS)".format(*memory(portal.pid)))
    finally:
        portal.terminate()
        portal.wait(60)
        if bare is not None:
            bare.kill()


if __name__ == "__main__":
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed (Debian: apt install wrk)")
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder) / "home")
