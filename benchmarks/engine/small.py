"""Small files, as offices have them: every page as a visitor gets it, with nothing switched off but the page cache."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.engine.data import list_questions
from benchmarks.engine.measuring import Address, ask, judge, percentile, show_table, tree_seconds
from benchmarks.engine.servers import PAST_THE_CACHE, portal

PAGE_MS = 50
ROUNDS = 6
WARMING = 6
"""Requests before the clock runs: both web processes have their templates and a child for questions then."""


def compare_small(folder: Path, tables: Sequence[tuple[int, str]]) -> None:
    """Print p50 and p95 of the pages of each table: (rows, path of its rows)."""
    lines = []
    with portal(folder / "home", "") as server:
        for rows, path in tables:
            name = path.partition("/")[0]
            for _ in range(WARMING):
                ask(Address(server.port, f"/dataset/{name}/explore", (PAST_THE_CACHE,)))
                ask(Address(server.port, f"/dataset/{name}", (PAST_THE_CACHE,)))
            kinds = {
                "page of the dataset": [f"/dataset/{name}?n={number}" for number in range(7 * ROUNDS)],
                "page of rows": [f"/dataset/{name}/explore?{query}" for query in _queries(rows)],
                "rows as JSON": [f"/api/v1/dataset/{path}/rows?{query}" for query in _queries(rows)],
            }
            for kind, paths in kinds.items():
                before = tree_seconds(server.pid)
                times = [_time(server.port, one) for one in paths]
                used = (tree_seconds(server.pid) - before) * 1000 / len(paths)
                p95 = percentile(times)
                mark = judge(f"{rows:,} rows, {kind}: p95", p95, PAGE_MS, " ms")
                told = f"{statistics.median(times):.1f}", f"{p95:.1f}", f"{max(times):.1f}", f"{used:.1f}"
                lines.append((f"{rows:,}", kind, *told, mark))
    heads = ("rows", "what", "p50", "p95", "slowest", "CPU of the server", f"goal p95 ≤ {PAGE_MS} ms")
    show_table("Small files: first and repeated questions mixed, ms", heads, lines)


def _queries(rows: int) -> list[str]:
    """Seven kinds of questions, each round about other values: their totals have to be counted too."""
    found = []
    for number in range(ROUNDS):
        for question in list_questions(rows):
            pairs = [*question.ours, ("people__ge", str(number))]
            found.append(urlencode(dict(pairs) if "_group" not in dict(pairs) else pairs))
    return found


def _time(port: int, path: str) -> float:
    status, body, taken = ask(Address(port, path, (PAST_THE_CACHE,)))
    if status != 200:
        raise SystemExit(f"{path}: {status}: {body[:300]!r}")
    return taken
