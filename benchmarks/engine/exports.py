"""Files of rows over HTTP: filtered CSV first and again, whole CSV, and workbooks."""

from __future__ import annotations

import http.client
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.engine.data import CONTESTANTS_TABLE
from benchmarks.engine.intake import JOBS
from benchmarks.engine.measuring import Watch, judge, judge_least, run_job, show_table
from benchmarks.engine.servers import Server, datasette, portal

AT_ONCE = 1 << 20
PATIENCE_SECONDS = 40
"""A slower download is cut off after this; its pace is told all the same."""
MB_PER_SECOND, AHEAD_OF_DATASETTE = 120, 40
WORKBOOK_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Download:
    """Bytes that came, seconds until the last of them, peak memory of the server's processes in MB."""

    byte_size: int
    seconds: float
    peak: float
    is_whole: bool

    @property
    def pace(self) -> float:
        """MB a second."""
        return self.byte_size / 1e6 / self.seconds

    def cells(self, name: str) -> tuple[str, ...]:
        """The line of a table."""
        told = f"{self.byte_size / 1e6:.1f}" + ("" if self.is_whole else ", cut off")
        return name, told, f"{self.seconds:.2f}", f"{self.pace:.1f}", f"{self.peak:.0f}"


def compare_exports(rows: int, folder: Path, rows_path: str) -> None:
    """Print the table of CSV downloads for the tables that `compare_intake` left in `folder`."""
    ours = f"/dataset/{rows_path}/data.csv"
    lines = []
    with ExitStack() as running:
        server = running.enter_context(portal(folder / "home", rows_path))
        fetch(server, "/healthz")
        fetch(server, f"{ours}?people__lt=0")
        first = fetch(server, f"{ours}?people__ge=40")
        lines.append(first.cells("ours, filtered, first time"))
        lines.append(fetch(server, f"{ours}?people__ge=40").cells("ours, filtered, second time"))
        lines.append(fetch(server, ours).cells("ours, whole, first time"))
        lines.append(fetch(server, ours).cells("ours, whole, second time"))
    with datasette(folder / "cases.db", lean=True) as server:
        stream = fetch(server, f"/cases/{CONTESTANTS_TABLE}.csv?people__gte=40&_stream=1&_nocount=1")
        lines.append(stream.cells("Datasette _stream, filtered"))
    target = folder / "copied.csv"
    for threads in (1, 2):
        cost = run_job(*JOBS, "duckdb_copy", folder / "cases.duckdb", target, threads)
        copied = Download(target.stat().st_size, cost.seconds, cost.peak, True)
        lines.append(copied.cells(f"DuckDB COPY to a file, {threads} thread{'s'[: threads - 1]}"))
    target.unlink()
    heads = ("download", "MB", "seconds", "MB/s", "peak MB of the server")
    show_table(f"{rows:,} rows: CSV", heads, lines)
    if rows >= 1_000_000:
        judge_least(f"{rows:,} rows, filtered CSV, first time", first.pace, MB_PER_SECOND, " MB/s")
        judge_least(f"{rows:,} rows, filtered CSV: times Datasette", first.pace / stream.pace, AHEAD_OF_DATASETTE)


def compare_workbooks(folder: Path) -> None:
    """Print the seconds for a workbook of the hundred thousand rows in `folder`."""
    ours = run_job(*JOBS, "xlsx", folder / "ours.duckdb", folder / "ours.xlsx")
    other = run_job(*JOBS, "xlsxwriter", folder / "cases.csv", folder / "other.xlsx")
    lines = []
    for name, cost in (("ours", ours), ("XlsxWriter, constant memory", other)):
        size = (folder / ("ours.xlsx" if name == "ours" else "other.xlsx")).stat().st_size
        told = f"{cost.seconds:.1f}", f"{cost.processor:.1f}", f"{cost.peak:.0f}", f"{size / 1e6:.1f}"
        lines.append((name, *told))
    show_table(f"{WORKBOOK_ROWS:,} × 12: XLSX", ("writer", "seconds", "CPU seconds", "peak MB", "MB"), lines)
    judge("XLSX of 100,000 rows: times XlsxWriter", ours.seconds / other.seconds, 1)


def fetch(server: Server, path: str) -> Download:
    """Download and throw away, at most `PATIENCE_SECONDS` long."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    started = time.perf_counter()
    size, is_whole = 0, True
    with Watch(server.pid) as watch:
        connection.request("GET", path)
        answer = connection.getresponse()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        while block := answer.read(AT_ONCE):
            size += len(block)
            if time.perf_counter() - started > PATIENCE_SECONDS:
                is_whole = False
                break
        taken = time.perf_counter() - started
    connection.close()
    return Download(size, taken, watch.peak, is_whole)
