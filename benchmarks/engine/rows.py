"""Row questions over HTTP: the same rows from every contestant first, then the clock."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.engine.data import Question, list_questions
from benchmarks.engine.measuring import Timing, ask, judge, judge_least, load, pss, repeat, show_table, tree
from benchmarks.engine.servers import BARE_NAME, INSTALLED_NAME, LEAN_NAME, OURS, Server, bare, datasette, portal

IDLE_MB = 250
FIRST_TIME_MS = {"filter =": 35}
AHEAD_OF_LEAN = {"filter + sort": 15, "group-by, all": 50, "offset at 90 %": 100, "text contains": 6}
"""Times faster than Datasette with counting off, at the median, of ten million rows."""
LARGE, VERY_LARGE = 1_000_000, 10_000_000
"""From how many rows on answers are compared with the bare server's, and with Datasette's."""
BEHIND_DUCKDB = 1.5
"""Never above so many times the bare server."""
IDLE_SECONDS = 5


def compare_rows(rows: int, folder: Path, rows_path: str) -> None:
    """Print the table of sequential questions and that of eight clients, for a home, a SQLite and a DuckDB file."""
    with ExitStack() as running:
        servers = [running.enter_context(portal(folder / "home", rows_path))]
        time.sleep(IDLE_SECONDS)
        idle = sum(pss(pid) for pid in tree(servers[0].pid))
        print(f"\nportal idle: {idle:.0f} MB (PSS of all processes), {judge('idle memory', idle, IDLE_MB, ' MB')}")
        servers += [
            running.enter_context(datasette(folder / "cases.db", lean=False)),
            running.enter_context(datasette(folder / "cases.db", lean=True)),
            running.enter_context(bare(folder / "cases.duckdb")),
        ]
        questions = list_questions(rows)
        firsts = {question.name: ask(servers[0].address(question))[2] for question in questions}
        for question in questions:
            require_same_rows(question, servers)
        timings = {(q.name, s.name): repeat(s.address(q), s.pid) for q in questions for s in servers}
        _show_sequential(rows, questions, firsts, timings)
        rates = [[load(server.address(question), folder) for server in servers] for question in questions]
        heads = ("question", *(server.name for server in servers))
        lines = [(question.name, *row) for question, row in zip(questions, rates, strict=True)]
        show_table(f"{rows:,} rows: requests/s of 8 clients", heads, lines)
        busy = sum(pss(pid) for pid in tree(servers[0].pid))
        print(f"\nportal after the questions, children included: {busy:.0f} MB")


def _show_sequential(
    rows: int, questions: Sequence[Question], firsts: dict[str, float], timings: dict[tuple[str, str], Timing]
) -> None:
    lines = []
    for question in questions:
        ours, installed, lean, plain = (
            timings[question.name, name] for name in (OURS, INSTALLED_NAME, LEAN_NAME, BARE_NAME)
        )
        where = f"{rows:,} rows, {question.name}"
        if ours.refused:
            raise SystemExit(f"{where}: ours refused {ours.refused} of {ours.count}")
        goal = judge(f"{where}: p50", ours.median, question.goal_ms, " ms") if question.goal_ms else ""
        if question.name in FIRST_TIME_MS:
            judge(f"{where}: first time", firsts[question.name], FIRST_TIME_MS[question.name], " ms")
        if question.name in AHEAD_OF_LEAN and not lean.refused and rows >= VERY_LARGE:
            least = AHEAD_OF_LEAN[question.name]
            judge_least(f"{where}: times faster than {LEAN_NAME}", lean.median / ours.median, least)
        if rows >= LARGE:
            judge(f"{where}: times the bare server", ours.median / plain.median, BEHIND_DUCKDB)
        ratio = "" if lean.refused else f"{lean.median / ours.median:.1f} ×"
        lines.append(
            (
                question.name,
                f"{firsts[question.name]:.0f}",
                ours,
                installed,
                lean,
                plain,
                ratio,
                f"{ours.median / plain.median:.2f}",
                f"{question.goal_ms:g}: {goal}",
            )
        )
    heads = ("question", "ours, first time", OURS, INSTALLED_NAME, LEAN_NAME, BARE_NAME)
    told = (*heads, "ahead of lean", "ours / bare", "goal p50")
    show_table(f"{rows:,} rows: one client, 100 rows a page, ms p50 / p95 / best / CPU of the server", told, lines)


def require_same_rows(question: Question, servers: Sequence[Server]) -> None:
    """End the run unless all contestants answer with the same cells in the same order."""
    answers = {server.name: _cells(server, question) for server in servers}
    expected = answers[OURS]
    if not expected:
        raise SystemExit(f"{question.name}: no rows")
    for name, found in answers.items():
        if found is not None and found != expected:
            different = next((pair for pair in zip(expected, found, strict=False) if pair[0] != pair[1]), "length")
            raise SystemExit(f"{question.name}: {name} answers otherwise: {different}")


def _cells(server: Server, question: Question) -> list[list[str]] | None:
    """The rows of an answer in one form; None for one that was refused."""
    status, body, _ = ask(server.address(question))
    if status != 200:
        if server.name == INSTALLED_NAME:
            return None
        raise SystemExit(f"{question.name}: {server.name} answers {status}: {body[:300]!r}")
    found = json.loads(body)
    rows: list[Any] = found["rows"]
    if server.name == OURS:
        keys = [column["key"] for column in found["columns"]]
        rows = [[row[key] for key in keys] for row in rows]
    elif server.name != BARE_NAME and question.datasette:
        rows = [row[1:] for row in rows]
    return [[_plain(cell) for cell in row] for row in rows]


def _plain(cell: Any) -> str:
    """Numbers as numbers, whatever kind of JSON they came as, to as many digits as a sum of floats keeps."""
    if cell is None:
        return ""
    try:
        return f"{float(cell):.11g}"
    except ValueError:
        return str(cell).replace("T", " ")
