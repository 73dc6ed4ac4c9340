"""Rows and exports beside raw DuckDB, in one run: `python benchmarks/bench_rows.py [rows]` (default one million).

Prints milliseconds (the median and the best of several) and MB/s. Figures of different runs do not compare.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parent.parent))

from datasets.columns import Column
from datasets.query.parse import parse
from datasets.query.pool import QueryPool

TYPES = ["text", "text", "text", "date", "decimal", "text", "integer", "boolean", "text", "text", "decimal", "text"]
COLUMNS = [Column(index, f"k{index}", f"列{index}", kind) for index, kind in enumerate(TYPES)]
MAKE = """
CREATE TABLE data AS SELECT i _row, printf('4202%014d', i * 7919) c0, '黄石港区第' || (i % 997) || '社区居民委员会' c1,
  ['沈家营街道', '胜阳港街道', '黄石港街道', '花湖街道', '红旗桥街道'][1 + CAST(hash(i) % 5 AS INT)] c2,
  DATE '2015-01-01' + (i % 4000)::INT c3, CAST((hash(i, 1) % 1000000) / 100 AS DECIMAL(18,2)) c4,
  CASE WHEN i % 25 = 0 THEN NULL ELSE '备注，第' || i || '号' END c5, i % 100 c6, i % 7 = 0 c7,
  '湖北省黄石市黄石港区延安路' || (i % 500) || '号' c8, printf('%06d', i % 435000) c9, (hash(i, 2) % 100000) / 1000 c10,
  '企业名称' || (i % 50000) || '有限公司' c11
FROM range(1, ? + 1) t(i)"""
QUESTIONS = {
    "first page": ([], "SELECT * FROM data LIMIT 100"),
    "filter =": ([("k2", "胜阳港街道")], "SELECT * FROM data WHERE c2 = '胜阳港街道' LIMIT 100"),
    "filter + sort": (
        [("k2", "胜阳港街道"), ("_sort", "-k4")],
        "SELECT * FROM data WHERE c2 = '胜阳港街道' ORDER BY c4 DESC LIMIT 100",
    ),
    "text contains": ([("k8__contains", "延安路17")], "SELECT * FROM data WHERE c8 LIKE '%延安路17%' LIMIT 100"),
    "group-by, all": (
        [("_group", "k2"), ("_measure", "count,sum:k4")],
        "SELECT c2, count(*), sum(c4) FROM data GROUP BY c2",
    ),
    "group-by, some": (
        [("_group", "k2"), ("_measure", "count,sum:k4"), ("k6__ge", "50")],
        "SELECT c2, count(*), sum(c4) FROM data WHERE c6 >= 50 GROUP BY c2",
    ),
    "deep offset": ([("_offset", "900000")], "SELECT * FROM data LIMIT 100 OFFSET 900000"),
}


def measure(act: Callable[[], object], times: int = 15) -> tuple[float, float]:
    """Median and best time of `act` in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken), min(taken)


def ask_both_ways(pool: QueryPool, store: Path) -> None:
    """Every question, through a child with its exact total, and straight to DuckDB without one."""
    with duckdb.connect(str(store), read_only=True, config={"threads": 1}) as raw:
        for name, (pairs, sql) in QUESTIONS.items():
            query = parse(pairs, COLUMNS)
            first = measure(partial(pool.rows, store, COLUMNS, query), 1)[0]
            ours = measure(partial(pool.rows, store, COLUMNS, query))
            theirs = measure(lambda sql=sql: raw.execute(sql).fetchall())
            print(
                f"{name:14} ours with exact total {ours[0]:6.1f} ({ours[1]:.1f}), first time {first:6.1f}"
                f" | raw DuckDB without total {theirs[0]:6.1f} ({theirs[1]:.1f})"
            )


def export_both_ways(pool: QueryPool, store: Path, folder: Path) -> None:
    """The whole table as a file, with its digest, and as DuckDB's own COPY."""
    for key in ("csv", "json", "jsonl", "xml", "parquet", "xlsx"):
        start = time.perf_counter()
        size = pool.export(store, COLUMNS, None, key, folder / f"out.{key}").byte_size / 1e6
        taken = time.perf_counter() - start
        print(f"export {key:7} ours, guarded, with digest {size / taken:4.0f} MB/s ({taken:.1f} s)")
    with duckdb.connect(str(store), read_only=True, config={"threads": 1}) as raw:
        start = time.perf_counter()
        raw.execute(f"COPY (SELECT * EXCLUDE (_row) FROM data) TO '{folder}/raw.csv' (FORMAT csv)")
        size = (folder / "raw.csv").stat().st_size / 1e6
        print(f"export csv     raw DuckDB COPY {size / (time.perf_counter() - start):4.0f} MB/s")


def main() -> None:
    """Make the table, ask every question both ways, export both ways."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        store = Path(name) / "rows.duckdb"
        with duckdb.connect(str(store)) as connection:
            connection.execute(MAKE, [rows])
        pool = QueryPool()
        print(f"{rows:,} rows, 12 columns; milliseconds: median (best)")
        ask_both_ways(pool, store)
        export_both_ways(pool, store, Path(name))
        pool.close()


if __name__ == "__main__":
    main()
