"""The table that all contestants get: twelve columns of made-up Chinese data, and the questions that they answer."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("case_no", "案卷编号", "VARCHAR", "printf('HG%011d', i * 7919)"),
    ("company", "企业名称", "VARCHAR", "'企业' || (hash(i, 1) % 50000) || '有限公司'"),
    (
        "district",
        "街道",
        "VARCHAR",
        "['沈家营街道', '胜阳港街道', '黄石港街道', '花湖街道', '红旗桥街道'][1 + CAST(hash(i, 2) % 5 AS INT)]",
    ),
    ("trade", "行业", "VARCHAR", "'第' || (hash(i, 3) % 96) || '类'"),
    ("opened_on", "成立日期", "DATE", "DATE '2012-01-01' + (hash(i, 4) % 5000)::INT"),
    ("amount", "注册资本", "DECIMAL(18,2)", "CAST((hash(i, 5) % 9999999999) / 100 AS DECIMAL(18,2))"),
    ("people", "从业人数", "INTEGER", "hash(i, 6) % 100"),
    ("address", "地址", "VARCHAR", "'延安路' || (hash(i, 7) % 500) || '号'"),
    ("note", "备注", "VARCHAR", "'第' || i || CASE WHEN i % 10 = 0 THEN '号,已核' ELSE '号' END"),
    ("window", "窗口代码", "VARCHAR", "printf('%06d', hash(i, 8) % 435000)"),
    ("score", "评分", "DECIMAL(9,3)", "CAST((hash(i, 9) % 100000) / 1000 AS DECIMAL(9,3))"),
    ("done_at", "办结时间", "TIMESTAMP", "TIMESTAMP '2020-01-01' + to_seconds(CAST(hash(i, 10) % 150000000 AS INT))"),
)
"""Key, name in the file, type for those who have to be told, and how the cell of row i comes about."""
KEYS = {name: key for key, name, _, _ in COLUMNS}
NEVER_BLANK = "case_no"
BLANK_PERCENT = 4
CONTESTANTS_TABLE = "cases"

IN_DISTRICT = "district = '胜阳港街道'"
SUMS = "SELECT district, count(*) AS n, sum(amount) AS total FROM cases"


@dataclass(frozen=True, slots=True)
class Question:
    """One question: as ours takes it, as a query of Datasette's table page ("" where it needs SQL), and as SQL."""

    name: str
    ours: tuple[tuple[str, str], ...]
    datasette: str
    sql: str
    goal_ms: float | None
    """Of the median; PERFORMANCE's goals hold for ten million rows."""

    @property
    def path(self) -> str:
        """The parameters of our own addresses."""
        return urlencode([("_limit", "100"), *self.ours])

    def datasette_path(self, *, lean: bool) -> str:
        """Path and parameters for Datasette."""
        if not self.datasette:
            return f"/cases.json?{urlencode({'sql': self.sql, '_shape': 'arrays'})}"
        saved = "&_nocount=1&_nofacet=1&_nosuggest=1" if lean else ""
        return f"/cases/{CONTESTANTS_TABLE}.json?_size=100&_shape=arrays{self.datasette}{saved}"


def list_questions(rows: int) -> tuple[Question, ...]:
    """The seven questions for a table of so many rows."""
    district = urlencode({"district": "胜阳港街道"})
    deep = rows // 10 * 9
    rare = f"第{7 * rows // 900}"  # the beginning of 111 notes, most of them behind three quarters of the table
    grouped = (("_group", "district"), ("_measure", "count,sum:amount"), ("_sort", "district"))
    return (
        Question("first page", (), "&", "SELECT * FROM cases LIMIT 100", 5),
        Question(
            "filter =",
            (("district", "胜阳港街道"),),
            f"&{district}",
            f"SELECT * FROM cases WHERE {IN_DISTRICT} LIMIT 100",
            8,
        ),
        Question(
            "filter + sort",
            (("district", "胜阳港街道"), ("_sort", "-amount")),
            f"&{district}&_sort_desc=amount",
            f"SELECT * FROM cases WHERE {IN_DISTRICT} ORDER BY amount DESC NULLS LAST LIMIT 100",
            55,
        ),
        Question(
            "text contains",
            (("note__contains", rare),),
            "&" + urlencode({"note__contains": rare}),
            f"SELECT * FROM cases WHERE note LIKE '%{rare}%' LIMIT 100",
            55,
        ),
        Question("offset at 90 %", (("_offset", f"{deep}"),), "", f"SELECT * FROM cases LIMIT 100 OFFSET {deep}", 5),
        Question("group-by, all", grouped, "", f"{SUMS} GROUP BY district ORDER BY district NULLS LAST", 40),
        Question(
            "group-by, filtered",
            (*grouped, ("people__ge", "50")),
            "",
            f"{SUMS} WHERE people >= 50 GROUP BY district ORDER BY district NULLS LAST",
            45,
        ),
    )


def make_csv(path: Path, rows: int, *, changed: bool = False) -> None:
    """Write the table as UTF-8 CSV; the same rows each time.

    With `changed` as a next delivery: every hundredth row has another number of people, the last thousandth is gone
    and as many are new.
    """
    import duckdb

    first, last = (1 + rows // 1000, rows + rows // 1000) if changed else (1, rows)
    cells = []
    for number, (key, name, _, cell) in enumerate(COLUMNS):
        made = f"CASE WHEN i % 100 = 0 THEN 100 + i % 7 ELSE {cell} END" if changed and key == "people" else cell
        blank = f"hash(i, {100 + number}) % 100 < {BLANK_PERCENT} AND '{key}' <> '{NEVER_BLANK}'"
        cells.append(f'CASE WHEN {blank} THEN NULL ELSE {made} END AS "{name}"')
    with duckdb.connect(config={"threads": 2, "preserve_insertion_order": True}) as connection:
        connection.execute(
            f"COPY (SELECT {', '.join(cells)} FROM range({first:d}, {last + 1:d}) t(i)) TO '{path}' (FORMAT csv)"
        )


def duckdb_source(path: Path) -> str:
    """SQL that reads the file with the types told, which spares DuckDB the guessing."""
    types = ", ".join(f"'{key}': '{kind}'" for key, _, kind, _ in COLUMNS)
    return f"read_csv('{path}', header = true, columns = {{{types}}})"


def make_sqlite(path: Path, database: Path) -> None:
    """The table for Datasette: typed, without indexes, by the standard library's own way."""
    import csv

    affinity = {"INTEGER": "INTEGER", "DECIMAL(18,2)": "REAL", "DECIMAL(9,3)": "REAL"}
    convert = [{"INTEGER": int, "REAL": float}.get(affinity.get(kind, "TEXT"), str) for _, _, kind, _ in COLUMNS]
    columns = ", ".join(f"{key} {affinity.get(kind, 'TEXT')}" for key, _, kind, _ in COLUMNS)
    with path.open(encoding="utf-8", newline="") as file, sqlite3.connect(database) as connection:
        lines = csv.reader(file)
        next(lines)
        connection.execute(f"CREATE TABLE {CONTESTANTS_TABLE} ({columns})")
        rows = ([act(cell) if cell else None for act, cell in zip(convert, line, strict=True)] for line in lines)
        marks = ", ".join("?" * len(COLUMNS))
        connection.executemany(f"INSERT INTO {CONTESTANTS_TABLE} VALUES ({marks})", rows)
    connection.close()
