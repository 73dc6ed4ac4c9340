"""The nightly check of deadlines in its worst nights, over made-up entries with a year of history each, on SQLite.

First 1 July, when nearly every entry needs a new period; then a night after a year was announced, when the grace of
every entry moves; last the same night again, when nothing is to do. Each is the real command in a process of its own.
Prints seconds (by the clock and of the processor, which is the one to trust on a busy machine) and megabytes (peak,
RSS); the goal is 60 s and 500 MB for 100,000 entries. Run: python benchmarks/bench_deadlines.py [entries]
"""

from __future__ import annotations

import datetime as dt
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from catalog.cycles import CYCLES, Period
from catalog.obligations import grace_of
from catalog.workdays import Calendar

ROOT = Path(__file__).parent.parent
DAY = dt.date(2026, 7, 1)
"""A Wednesday on which months, quarters and half-years begin; weekly entries missed Monday's check too."""

SHARES = {"weekly": 3, "daily": 2, "monthly": 50, "quarterly": 30, "half_yearly": 15}
"""Cycle → entries of a hundred."""

HISTORY = 8
"""Settled periods behind each entry, at most."""

DEPARTMENTS = 30
CALENDAR = Calendar()
MOMENT = "2025-06-02 02:00:00.000000"
RECORD = '{"summary": "' + "辖区各社区居委会的名称、地址和办公电话。" * 60 + '"}'
"""A public record of ordinary size (3.6 kB)."""


def main() -> None:
    """Fill a home, then measure the nights."""
    if sys.argv[1:2] == ["--fill"]:
        print(f"{fill(Path(sys.argv[2]), int(sys.argv[3])):,}")
        return
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        run(home, "db", "upgrade")
        begun = time.perf_counter()
        # in a process of its own: a child's peak memory counts that of the parent from which it was forked
        filler = [sys.executable, __file__, "--fill", str(home / "kaifang.db"), str(size)]
        count = subprocess.run(filler, check=True, capture_output=True, text=True).stdout.strip()
        print(f"{size:,} entries with {count} obligations made in {time.perf_counter() - begun:.0f} s", flush=True)
        show("every entry needs a new period", home, DAY)
        announce(home / "kaifang.db")
        show("the grace of every entry moves", home, DAY)
        show("nothing to do", home, DAY)


def show(what: str, home: Path, on: dt.date) -> None:
    """Run the check of the night of `on` and print what it took."""
    seconds, processor, peak = run(home, "jobs", "run", "deadlines.check", "--on", on.isoformat())
    with sqlite3.connect(home / "kaifang.db") as database:
        (rows,) = database.execute("SELECT count(*) FROM obligation").fetchone()
        (state,) = database.execute("SELECT state FROM job ORDER BY created_at DESC LIMIT 1").fetchone()
    print(
        f"{what:31} {seconds:6.1f} s ({processor:.1f} s of CPU)  {peak:4.0f} MB   {state}, {rows:,} obligations",
        flush=True,
    )


def run(home: Path, *arguments: str) -> tuple[float, float, float]:
    """Seconds, seconds of the processor, and peak megabytes of one command of the portal."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "portal", *arguments],
        cwd=ROOT,
        env={**os.environ, "KAIFANG_HOME": str(home)},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(arguments)} failed")
    return time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def fill(path: Path, size: int) -> int:
    """Make the entries with everything that the check reads; returns how many obligations they have."""
    chosen = random.Random(size)
    departments = [make_id(chosen) for _ in range(DEPARTMENTS)]
    database = sqlite3.connect(path)
    for pragma in ("synchronous=OFF", "cache_size=-400000"):
        database.execute(f"PRAGMA {pragma}")
    insert(
        database,
        "department",
        (
            {"id": one, "slug": f"d{n}", "name": f"第{n}局", "short_name": f"{n}局", "kind": "区直部门", "position": n}
            | {"is_active": 1, "created_at": MOMENT, "calendar_epoch": 0}
            for n, one in enumerate(departments)
        ),
    )
    count = 0
    cycles = [cycle for cycle, share in SHARES.items() for _ in range(share)]
    for start in range(0, size, 5_000):
        batch: dict[str, list[dict[str, Any]]] = {
            table: [] for table in ("entry", "revision", "resource", "obligation", "delivery", "current_record")
        }
        for number in range(start, min(start + 5_000, size)):
            make_entry(batch, number, chosen.choice(departments), cycles[number % 100], chosen)
        for table, rows in batch.items():
            insert(database, table, iter(rows))
        count += len(batch["obligation"])
    database.commit()
    database.close()
    return count


def make_entry(
    batch: dict[str, list[dict[str, Any]]], number: int, department_id: str, cycle: str, chosen: random.Random
) -> None:
    """One published entry: its period before DAY is open, those before it were met."""
    entry_id, revision_id = make_id(chosen), make_id(chosen)
    periods = list(reversed([*past_periods(cycle, HISTORY)]))
    due_on = periods[-1].due_on
    dates = {
        "next_due_on": due_on.isoformat(),
        "overdue_after_on": grace_of(due_on, CALENDAR)[0].isoformat(),
        "stale_after_on": grace_of(following(cycle, periods[-1]).due_on, CALENDAR)[0].isoformat(),
    }
    common = {"department_id": department_id, "issued_on": "2025-06-02", **dates}
    batch["entry"].append(
        {"id": entry_id, "name": f"entry-{number}", "ordinal": number + 1, "state": "published", "lock_version": 3}
        | {"published_revision_id": revision_id, "created_at": MOMENT, **common}
    )
    batch["revision"].append(
        {"id": revision_id, "entry_id": entry_id, "number": 1, "state": "published", "title": f"名录{number}"}
        | {"summary": "名称、地址和电话。" * 10, "tags": "[]", "topics": "[]", "related": "[]", "gaps": "[]"}
        | {"open_type": "unconditional", "update_cycle": cycle, "is_secret": 0, "has_personal_info": 0}
        | {"license": "portal-open", "created_at": MOMENT, "changed_at": MOMENT, "lock_version": 1}
    )
    batch["resource"].append(
        {
            "id": make_id(chosen),
            "entry_id": entry_id,
            "position": 0,
            "kind": "file",
            "title": "数据",
            "created_at": MOMENT,
        }
    )
    batch["current_record"].append(
        {"entry_id": entry_id, "ordinal": number + 1, "change_number": number + 1, "name": f"entry-{number}"}
        | {
            "title": f"名录{number}",
            "summary": "名称、地址和电话。" * 10,
            "tags": "[]",
            "item_names": "",
            "formats": ",csv,",
        }
        | {"open_type": "unconditional", "update_cycle": cycle, "file_count": 1, "row_count": 35, "byte_size": 1200}
        | {"modified_at": MOMENT, "record": RECORD, "record_hash": "0" * 64, **common}
    )
    for period in periods:
        is_open = period is periods[-1]
        batch["obligation"].append(make_obligation(entry_id, department_id, cycle, period, is_open, chosen))
        if not is_open:
            batch["delivery"].append(
                {"id": make_id(chosen), "entry_id": entry_id, "delivered_on": period.due_on.isoformat()}
                | {"kind": "data", "by_name": "", "at": MOMENT}
            )


def make_obligation(
    entry_id: str, department_id: str, cycle: str, period: Period, is_open: bool, chosen: random.Random
) -> dict[str, Any]:
    """The row of a period."""
    return {
        "id": make_id(chosen),
        "subject_id": entry_id,
        "entry_id": entry_id,
        "department_id": department_id,
        "kind": CYCLES[cycle].kind,
        "period": period.key,
        "starts_on": period.starts_on.isoformat(),
        "due_on": period.due_on.isoformat(),
        "grace_on": grace_of(period.due_on, CALENDAR)[0].isoformat(),
        "is_provisional": 0,
        "state": "open" if is_open else "on_time",
        "settled_on": None if is_open else period.due_on.isoformat(),
        "settled_by": None if is_open else "data",
        "created_at": MOMENT,
    }


def past_periods(cycle: str, count: int) -> Iterator[Period]:
    """The last periods that had begun two days before DAY and do not hold it, the newest first."""
    period_of = CYCLES[cycle].period
    assert period_of is not None
    period = period_of(period_of(DAY).starts_on - dt.timedelta(days=1))
    for _ in range(count):
        yield period
        period = period_of(period.starts_on - dt.timedelta(days=1))


def following(cycle: str, period: Period) -> Period:
    """The period after."""
    period_of = CYCLES[cycle].period
    assert period_of is not None
    return period_of(period.due_on + dt.timedelta(days=1))


def announce(path: Path) -> None:
    """The office corrects every working day of the grace of July: another day of grace for all."""
    with sqlite3.connect(path) as database:
        for day in ("2026-07-02", "2026-07-03"):
            database.execute("INSERT INTO holiday (day, is_workday, name) VALUES (?, 0, '防汛停工')", (day,))


def insert(database: sqlite3.Connection, table: str, rows: Iterator[dict[str, Any]]) -> None:
    """Insert rows that all have the same columns."""
    listed = list(rows)
    names = ", ".join(listed[0])
    marks = ", ".join("?" * len(listed[0]))
    database.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", [tuple(row.values()) for row in listed])


def make_id(chosen: random.Random) -> str:
    """An id as SQLite keeps it."""
    return uuid.UUID(int=chosen.getrandbits(128)).hex


if __name__ == "__main__":
    main()
