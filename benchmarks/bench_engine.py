"""The data engine beside Datasette, raw DuckDB and sqlite-utils, in one run on one machine.

    BENCH_ROWS="100000 1000000" python benchmarks/bench_engine.py

For each size: intake, rows over HTTP, downloads; once: small files, workbooks, masking, differences. Prints Markdown
tables and, at the end, which goals are met. All contestants get the same file; before the clock runs, all have to give
the same cells for each question. Servers are started and ended here; everything lies in one temporary folder (BENCH_TMP
names its parent; ten million rows need 15 GB and twenty minutes). Needs `wrk` and the environment `.venv-bench`:
`make bench` makes it. Figures of different runs do not compare; the load of the machine stands at the top.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.engine.data import make_csv
from benchmarks.engine.exports import WORKBOOK_ROWS, compare_exports, compare_workbooks
from benchmarks.engine.intake import compare_differences, compare_intake, compare_masking
from benchmarks.engine.measuring import ROOT, run_job, show_goals
from benchmarks.engine.rows import compare_rows
from benchmarks.engine.servers import DATASETTE
from benchmarks.engine.small import compare_small

SMALL = (1_000, 10_000, 100_000)
DIFFERENCE_ROWS = 1_000_000
"""Differences and masking are measured with the table of this size, or the largest below it."""


def main() -> None:
    """Measure every size of BENCH_ROWS."""
    sizes = sorted(int(size) for size in os.environ.get("BENCH_ROWS", "100000 1000000").split())
    if not DATASETTE.is_file() or shutil.which("wrk") is None:
        print("bench_engine is left out: it needs wrk (apt install wrk) and .venv-bench (make bench)")
        return
    print(f"{platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {sizes} rows")
    compared = max((size for size in sizes if size <= DIFFERENCE_ROWS), default=None)
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_TMP")) as name:
        try:
            measure_small(Path(name) / "small")
            for size in sizes:
                measure(Path(name) / str(size), size, is_compared=size == compared)
                shutil.rmtree(Path(name) / str(size))
        finally:
            show_goals()


def measure_small(folder: Path) -> None:
    """Pages of small files."""
    folder.mkdir()
    files = []
    for size in SMALL:
        files.append(folder / f"cases{size}.csv")
        make_csv(files[-1], size)
    paths = publish(folder / "home", *files)
    compare_small(folder, list(zip(SMALL, paths, strict=True)))


def measure(folder: Path, size: int, *, is_compared: bool) -> None:
    """One size: everything that all sizes answer, and what only one of them does."""
    folder.mkdir()
    make_csv(folder / "cases.csv", size)
    compare_intake(size, folder)
    if size == WORKBOOK_ROWS:
        compare_workbooks(folder)
    if is_compared:
        compare_masking(size, folder)
        compare_differences(size, folder)
    (path,) = publish(folder / "home", folder / "cases.csv")
    print(f"\nload {os.getloadavg()[0]:.1f}")
    compare_rows(size, folder, path)
    compare_exports(size, folder, path)


def publish(home: Path, *files: Path) -> list[str]:
    """A new home with these files published; the paths of their rows behind /dataset/."""
    environment = {**os.environ, "KAIFANG_HOME": str(home)}
    command = [sys.executable, "-m", "portal", "db", "upgrade"]
    subprocess.run(command, env=environment, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return run_job("-m", "benchmarks.engine.home", home, *files).said.split()


if __name__ == "__main__":
    started = time.monotonic()
    main()
    print(f"{time.monotonic() - started:.0f} s")
