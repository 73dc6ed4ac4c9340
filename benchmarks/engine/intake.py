"""From a CSV to something that can be asked: seconds, processor, memory, disk; masking and differences too."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchmarks.engine.data import make_csv
from benchmarks.engine.measuring import ROOT, Cost, judge, run_job, show_table

JOBS = ("-m", "benchmarks.engine.jobs")
SQLITE_UTILS = ROOT / ".venv-bench" / "bin" / "sqlite-utils"
SQLITE_UTILS_ROWS = 100_000
"""At most so many rows for sqlite-utils: it takes more than a minute for a million."""
EVERYTHING_ROWS = 1_000_000
"""Larger tables meet the main contestants alone."""
MASKED = ("企业名称", "地址")
TIMES_DUCKDB, PEAK_MB, DISK_SHARE = 4, 1024, 0.6
OURS_JOB = "ours: read_file, everything"
YARDSTICK = "DuckDB → Parquet zstd, 2 threads"


def compare_intake(rows: int, folder: Path) -> None:
    """Print the table of ways from `folder`/cases.csv; leaves cases.db, cases.duckdb and ours.duckdb there."""
    source = folder / "cases.csv"
    size = source.stat().st_size
    parquet = folder / "cases.parquet"
    results: dict[str, tuple[Cost, list[Path]]] = {}

    def job(name: str, kind: str, target: Path, *more: object, beside: Iterable[Path] = ()) -> None:
        results[name] = run_job(*JOBS, kind, source, target, *more), [target, *beside]
        sizes[name] = sum(path.stat().st_size for path in results[name][1]) / size

    sizes: dict[str, float] = {}
    job(YARDSTICK, "duckdb_parquet", parquet, 2)
    store = folder / "ours.duckdb"
    job(OURS_JOB, "intake", store, beside=[store.with_suffix(".rows")])
    if rows <= EVERYTHING_ROWS:
        job("DuckDB → Parquet zstd, 1 thread", "duckdb_parquet", parquet, 1)
        job("DuckDB → Parquet zstd, 2 threads, types guessed", "duckdb_guess", parquet, 2)
    job("DuckDB → table, 2 threads", "duckdb_table", folder / "cases.duckdb", 2)
    job("sqlite3, csv + executemany", "sqlite", folder / "cases.db")
    if rows <= SQLITE_UTILS_ROWS:
        target = folder / "utils.db"
        command = (SQLITE_UTILS, "insert", target, "cases", source, "--csv")
        results["sqlite-utils insert --csv"] = run_job(*command[1:], python=command[:1]), [target]
        sizes["sqlite-utils insert --csv"] = target.stat().st_size / size
    parquet.unlink()
    yardstick = results[YARDSTICK][0]
    lines = [
        (name, f"{cost.seconds:.1f}", f"{cost.processor:.1f}", f"{cost.peak:.0f}", f"{sizes[name]:.2f}",
         f"{cost.seconds / yardstick.seconds:.1f}")
        for name, (cost, _) in results.items()
    ]  # fmt: skip
    heads = ("way", "seconds", "CPU seconds", "peak MB", "disk / CSV", "times the first")
    show_table(f"{rows:,} rows, {size / 1e6:.0f} MB: CSV to queryable", heads, lines)
    ours = results[OURS_JOB][0]
    judge(f"intake of {rows:,} rows: times DuckDB to Parquet", ours.seconds / yardstick.seconds, TIMES_DUCKDB)
    judge(f"intake of {rows:,} rows: peak", ours.peak, PEAK_MB, " MB")
    judge(f"intake of {rows:,} rows: disk beside the original / CSV", sizes[OURS_JOB], DISK_SHARE)


def compare_masking(rows: int, folder: Path) -> None:
    """Print what replacing two columns by codes costs beside the plain reading."""
    source, store = folder / "cases.csv", folder / "masked.duckdb"
    plain = run_job(*JOBS, "intake", source, store)
    _remove(store)
    masked = run_job(*JOBS, "intake", source, store, *MASKED)
    _remove(store)
    lines = [
        ("nothing masked", f"{plain.seconds:.1f}", f"{plain.processor:.1f}", f"{plain.peak:.0f}"),
        ("two columns replaced by codes", f"{masked.seconds:.1f}", f"{masked.processor:.1f}", f"{masked.peak:.0f}"),
    ]
    show_table(f"{rows:,} rows: masking", ("reading", "seconds", "CPU seconds", "peak MB"), lines)


def compare_differences(rows: int, folder: Path) -> None:
    """Print what telling two deliveries apart costs: 1 % of the rows changed, 0.1 % gone, as many new."""
    changed, store = folder / "next.csv", folder / "next.duckdb"
    make_csv(changed, rows, changed=True)
    run_job(*JOBS, "intake", changed, store)
    ours = run_job(*JOBS, "difference", folder / "ours.duckdb", store, folder / "difference.duckdb")
    raw = run_job(*JOBS, "duckdb_except", folder / "cases.csv", changed, 1)
    lines = [
        (f"ours: {ours.said}", f"{ours.seconds:.1f}", f"{ours.processor:.1f}", f"{ours.peak:.0f}"),
        (
            "DuckDB: EXCEPT both ways from CSV, 1 thread",
            f"{raw.seconds:.1f}",
            f"{raw.processor:.1f}",
            f"{raw.peak:.0f}",
        ),
    ]
    show_table(f"{rows:,} rows against {rows:,}: difference", ("way", "seconds", "CPU seconds", "peak MB"), lines)
    for path in (store, folder / "difference.duckdb"):
        _remove(path)
    changed.unlink()


def _remove(store: Path) -> None:
    for ending in (".duckdb", ".rows", ".json"):
        store.with_suffix(ending).unlink(missing_ok=True)
