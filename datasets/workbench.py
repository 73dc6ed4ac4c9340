"""The data engine from Python: read an office file, ask its rows, count groups, export, compare two files.

    from datasets import workbench

    with workbench.read("stops.csv") as table:
        table.row_count, [column.name for column in table.columns]
        page = table.rows("district=胜阳港街道&_sort=-opened_on", limit=20)
        table.group("district", measures=["count", "sum:amount"])
        table.export("stops.parquet")

    with workbench.diff("stops-2025.csv", "stops-2026.csv", key="stop_id") as changes:
        changes.difference.added, changes.rows().rows

Files are opened in the limited child (`datasets.sandbox`), questions are answered in killable children
(`datasets.query.pool`), as everywhere: nothing here trusts a file. Several files at once, and files that shall not be
read a second time, go through a `Workbench`. What goes wrong is a `datasets.errors.DomainError` with a code and its
parameters; `portal.messages.error_text` makes a sentence of it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl

from datasets.columns import Column
from datasets.differences import Difference, difference_columns
from datasets.errors import Invalid
from datasets.formats import WHOLE_ENCODING, choose_format
from datasets.ingest.reader import read_file
from datasets.ingest.reading import Reading, ReadOptions
from datasets.query.engine import RowPage
from datasets.query.exporting import Written, exported_columns
from datasets.query.parse import MAX_CONDITIONS, parse
from datasets.query.pool import QueryPool
from datasets.query.question import MAX_LIMIT, Query
from datasets.sandbox import Limits, Progress
from datasets.storage.files import new_file
from datasets.table_cache import DEFAULT_BUDGET, TableCache, key_of_file

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DifferenceTable", "FileTable", "ReadOptions", "Table", "Workbench", "diff", "read"]

Asked = str | Mapping[str, str] | Iterable[tuple[str, str]]
"""Row parameters: as an address has them ("district=A&level__ge=3&_sort=-n", percent-encoded or not), or as pairs."""

QUESTION_SECONDS = 300.0
EXPORT_SECONDS = 3600.0
MOST_PARAMETERS = 4 * MAX_CONDITIONS


def read(
    path: str | Path,
    *,
    options: ReadOptions | None = None,
    declared: Sequence[Mapping[str, Any]] = (),
    folder: str | Path | None = None,
    limits: Limits | None = None,
    on_progress: Progress | None = None,
) -> FileTable:
    """`Workbench.read` for one file; `folder` as there. Close the table, or use it in a `with`."""
    with ExitStack() as closing:
        bench = closing.enter_context(Workbench(folder))
        table = bench.read(path, options=options, declared=declared, limits=limits, on_progress=on_progress)
        table.closing = closing.pop_all()
    return table


def diff(
    old: str | Path | FileTable, new: str | Path | FileTable, *, key: str | Sequence[str] | None = None
) -> DifferenceTable:
    """`Workbench.diff` for two files or tables. Close the answer, or use it in a `with`."""
    with ExitStack() as closing:
        bench = closing.enter_context(Workbench())
        table = bench.diff(old, new, key=key)
        table.closing = closing.pop_all()
    return table


class Workbench:
    """Reads files and compares them; holds the children that answer and the folder in which row stores lie.

    Without `folder` row stores lie in a temporary folder that goes with the workbench. In a given one they are kept and
    found again by the bytes of the file and the options, within `budget_bytes`: the second reading of a file costs its
    digest. A question may take `question_seconds`. Tables end with their workbench. Not for several threads at once.
    """

    def __init__(
        self,
        folder: str | Path | None = None,
        *,
        budget_bytes: int = DEFAULT_BUDGET,
        question_seconds: float = QUESTION_SECONDS,
    ) -> None:
        self._scratch = Path(tempfile.mkdtemp(prefix="kaifang-workbench-"))
        self._cache = TableCache(Path(folder or self._scratch / "tables").absolute(), budget_bytes=budget_bytes)
        self._pool = QueryPool(
            size=1, deadline=question_seconds, patience=question_seconds, export_size=1, export_deadline=EXPORT_SECONDS
        )
        self._broken: set[Path] = set()
        self._pool.on_broken = self._broken.add
        self._made = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the children and remove what was not to be kept."""
        self._pool.close()
        self._forget_broken()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def read(
        self,
        path: str | Path,
        *,
        options: ReadOptions | None = None,
        declared: Sequence[Mapping[str, Any]] = (),
        limits: Limits | None = None,
        on_progress: Progress | None = None,
    ) -> FileTable:
        """Understand the file at `path`: kind, encoding, table, types, personal data. O(bytes), about 10 s for 100 MB.

        `options` are what shall not be found out; `declared` are values of data items (`declared.DeclaredItem`) with
        which the cells are compared. `on_progress` gets {"stage": key of `ingest.stages.STAGES`, "rows": int?, "share":
        0 to 1?}, and nothing where the reading was kept. Raises Invalid or TooLarge with a code that tells what is
        wrong with the file, FileNotFoundError where there is none.
        """
        self._forget_broken()
        path, chosen = Path(path), options or ReadOptions()
        key = key_of_file(path, chosen, declared)
        reading = self._cache.find(key) or self._cache.add(
            key,
            lambda store: read_file(
                path,
                file_name=path.name,
                row_store=store,
                options=chosen,
                declared=declared,
                limits=limits,
                on_progress=on_progress,
            ),
        )
        return FileTable(self._pool, self._cache.store_of(key), path, reading)

    def diff(
        self, old: str | Path | FileTable, new: str | Path | FileTable, *, key: str | Sequence[str] | None = None
    ) -> DifferenceTable:
        """What changed from `old` to `new`, files or tables; the rows that differ are a table of their own.

        `key` names the columns (by name or key) that tell rows apart; None: find them; (): compare rows whole.
        O(rows): a million against a million rows take seconds. Raises Invalid("key_does_not_fit" |
        "key_is_not_unique") and what reading raises.
        """
        was, now = (side if isinstance(side, FileTable) else self.read(side) for side in (old, new))
        wanted = [key] if isinstance(key, str) else key
        self._made += 1
        target = self._scratch / f"difference-{self._made}.duckdb"
        difference = self._pool.compare((was.store, was.columns), (now.store, now.columns), key=wanted, target=target)
        columns = difference_columns(was.columns, now.columns)
        return DifferenceTable(self._pool, target, columns, difference)

    def _forget_broken(self) -> None:
        """Row stores that were found damaged are made again by the next reading."""
        while self._broken:
            self._cache.forget(self._broken.pop())


class Table:
    """Rows that can be asked. `columns` in the order of the file, `row_count` rows.

    Every question takes row parameters (`Asked`); what they may say stands in docs/data-engine.md. Wrong ones raise
    Invalid("row_parameters_invalid") with a Problem for each, naming what is known; a question that passes its time or
    memory raises TooLarge("question_takes_too_long" | "question_needs_too_much_memory").
    """

    def __init__(self, pool: QueryPool, store: Path, columns: Sequence[Column], row_count: int) -> None:
        self.columns = list(columns)
        self.row_count = row_count
        self.store = store
        """The row store: a DuckDB file as `datasets.rows` describes it."""
        self.closing: ExitStack | None = None
        """What ends with this table."""
        self._pool = pool

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End what was made for this table alone."""
        if self.closing is not None:
            self.closing.close()

    def question(self, asked: Asked = "") -> Query:
        """The parameters as a Query; raises Invalid as the class says."""
        return parse(_pairs(asked), self.columns)

    def rows(
        self, asked: Asked = "", *, limit: int | None = None, offset: int | None = None, as_text: bool = False
    ) -> RowPage:
        """One page of the answer: at most `limit` rows (100 unless told; 10,000 are the most), and the exact total.

        `page.rows` are lists of cells in the order of `page.columns`, None for a blank one. With `as_text` each cell is
        what the file says, else numbers and booleans are native; days and moments are texts either way.
        """
        extra = [("_limit", limit), ("_offset", offset)]
        pairs = _pairs(asked) + [(name, str(value)) for name, value in extra if value is not None]
        return self._pool.rows(self.store, self.columns, self.question(pairs), as_text=as_text)

    def iter_rows(self, asked: Asked = "", *, as_text: bool = False) -> Iterator[list[Any]]:
        """The cells of all rows that the parameters ask for, in bounded memory; `_limit`, where given, ends it."""
        query = self.question(asked)
        left = self.row_count if query.limit is None else query.limit
        after, offset = query.after, query.offset
        while left > 0:
            page = self._pool.rows(
                self.store,
                self.columns,
                query.at(limit=min(left, MAX_LIMIT), offset=offset, after=after),
                as_text=as_text,
            )
            yield from page.rows
            left -= len(page.rows)
            after, offset = page.next_after, 0
            if query.grouping:
                after, offset = None, page.offset + len(page.rows)
            if not page.rows or (after is None and not query.grouping):
                return

    def group(
        self,
        by: str | Sequence[str],
        *,
        measures: str | Sequence[str] = "count",
        asked: Asked = "",
        sort: str | Sequence[str] = (),
        limit: int | None = None,
    ) -> RowPage:
        """Count groups: `by` names columns, each with a bucket of time where wanted ("opened_on:month"); `measures` as
        "count" or "sum:amount". Columns of the answer are called `district`, `opened_on_month`, `count`, `sum_amount`;
        `sort` names those. `page.total` is the number of groups.
        """
        named = (("_group", by), ("_measure", measures), ("_sort", sort))
        extra = [(name, item) for name, items in named for item in ([items] if isinstance(items, str) else items)]
        return self.rows(_pairs(asked) + extra, limit=limit)

    def export(
        self,
        target: str | Path,
        format_key: str | None = None,
        asked: Asked = "",
        *,
        encoding: str = WHOLE_ENCODING,
    ) -> Written:
        """Write the rows, or groups, to `target`, whole or not at all: all of them unless `_limit` says otherwise.

        `format_key` is a key of `formats.FORMATS` (None: the ending of `target`), `encoding` one of `formats.ENCODINGS`
        (CSV only). Gives SHA-256, bytes and rows. Raises Invalid("unknown_format" | "encoding_not_for_format" | …),
        NotFound("format_needs_places"), TooLarge("too_many_rows_for_format"), Busy("disk_full").
        """
        target, query = Path(target).absolute(), self.question(asked).at()
        columns = exported_columns(self.columns, query)
        chosen = choose_format(columns, format_key or target.suffix.removeprefix(".").lower(), encoding)
        with new_file(target) as part:
            return self._pool.export(self.store, self.columns, query, chosen.key, part, encoding=encoding)

    def to_pandas(self, asked: Asked = "", *, as_text: bool = False) -> pd.DataFrame:
        """The rows as a DataFrame with the columns' names; blank cells are missing values.

        With `as_text` every column is `str`, cells as in the file. Else integers are Int64, decimals float64, booleans
        boolean, days and moments datetime64, text str: each with room for missing values.
        """
        from datasets.pandas_frame import make_frame

        with tempfile.TemporaryDirectory(prefix="kaifang-frame-") as folder:
            target = Path(folder) / "rows.parquet"
            self.export(target, asked=asked)
            return make_frame(target, exported_columns(self.columns, self.question(asked)), as_text=as_text)


class FileTable(Table):
    """A file as it was read. `reading` is all that was found out, JSON-able by `as_dict()`."""

    def __init__(self, pool: QueryPool, store: Path, path: Path, reading: Reading) -> None:
        super().__init__(pool, store, reading.columns, reading.row_count)
        self.path = path
        self.reading = reading

    @property
    def profile(self) -> dict[str, dict[str, Any]]:
        """Column key → facts as `ingest.column_profile` describes them: filled, blank, distinct, least, greatest …"""
        facts = self.reading.profile["columns"]
        return {column.key: fact for column, fact in zip(self.columns, facts, strict=True)}


class DifferenceTable(Table):
    """The rows that differ; `difference` are the counts.

    Its first columns are `change` (新增, 删除, 修改前, 修改后), `old_row` and `new_row` (the row's number in either
    file, from 1), then those of the new file, then those that went. A changed row stands twice: before and after.
    """

    def __init__(self, pool: QueryPool, store: Path, columns: Sequence[Column], difference: Difference) -> None:
        rows = difference.added + difference.removed + 2 * difference.changed
        super().__init__(pool, store, columns, rows)
        self.difference = difference


def _pairs(asked: Asked) -> list[tuple[str, str]]:
    if isinstance(asked, Mapping):
        return list(asked.items())
    if not isinstance(asked, str):
        return list(asked)
    try:
        return parse_qsl(asked.removeprefix("?"), keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise Invalid("too_many_conditions", limit=MAX_CONDITIONS, count=asked.count("&") + 1) from None
