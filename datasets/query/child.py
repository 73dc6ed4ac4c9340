"""A child process that answers row questions and writes exports, until its parent closes the pipe or kills it.

DuckDB is only asked here: its own limits of time and memory cannot be relied on, so the parent's kill and the operating
system's limits are what holds. Run as `python -m datasets.query.child`.
"""

from __future__ import annotations

import os
import select
import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from datasets.columns import Column, columns_from
from datasets.errors import Busy, DomainError, Invalid, NotFound, TooLarge, pack_error
from datasets.query.engine import RowReader
from datasets.query.frames import encode_frame, read_frame
from datasets.query.parse import parse
from datasets.rows import open_rows
from datasets.sandbox import Limits, apply_limits
from datasets.shortages import find_shortage
from datasets.storage.files import FULL

OPEN_STORES = 4
MEMORY_PER_STORE = 96 << 20
MEMORY_FOR_GROUPS = 288 << 20
"""What one grouped question may take when it is the only thing the child does: medians hold every value they see."""


FileIdentity = tuple[int, int, int]
"""Inode, time of the last change in nanoseconds, size in bytes."""


class Answers:
    """Answers requests one by one; keeps the row stores that were asked last open, which spares 20 ms each."""

    def __init__(self, spill: Path) -> None:
        self.spill = spill
        self.readers: OrderedDict[str, tuple[FileIdentity, RowReader]] = OrderedDict()
        self.acts: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "ready": lambda _request: {},
            "rows": self.rows,
            "export": self.export,
            "bundle": self.bundle,
            "compare": self.compare,
        }

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """{"ok": …} or {"error": …}. What DuckDB says is never passed on: it may quote data."""
        try:
            return {"ok": self.acts[request["act"]](request)}
        except DomainError as error:
            return {"error": pack_error(error)}
        except (MemoryError, duckdb.OutOfMemoryException) as error:
            self.forget()
            is_full = find_shortage(error) is not None
            return {"error": pack_error(Busy("disk_full") if is_full else TooLarge("question_needs_too_much_memory"))}
        except duckdb.Error as error:
            print(f"query child: {type(error).__name__}", file=sys.stderr, flush=True)
            self.forget()
            return {"error": pack_error(_explain(error))}
        except OSError as error:
            return {"error": pack_error(Busy("disk_full" if error.errno in FULL else "export_failed"))}

    def rows(self, request: dict[str, Any]) -> dict[str, Any]:
        """One page."""
        columns = columns_from(request["columns"])
        query = parse([(name, text) for name, text in request["pairs"]], columns)
        reader = self.reader(request["store"], columns)
        wanted = {"as_text": request["as_text"], "total": request["total"]}
        try:
            return reader.page(query, **wanted).as_dict()
        except duckdb.OutOfMemoryException:
            if query.grouping is None:
                raise
        self.forget()
        with open_rows(Path(request["store"]), spill=self.spill, memory_bytes=MEMORY_FOR_GROUPS) as connection:
            return RowReader(connection, columns).page(query, **wanted).as_dict()

    def export(self, request: dict[str, Any]) -> dict[str, Any]:
        """A file of rows in one format."""
        from datasets.query.exporting import write_export

        self.forget()
        columns = columns_from(request["columns"])
        query = parse([(name, text) for name, text in request["pairs"]], columns)
        wanted = request["format"], Path(request["target"])
        return write_export(
            Path(request["store"]), columns, query, *wanted, encoding=request["encoding"], spill=self.spill
        )

    def bundle(self, request: dict[str, Any]) -> dict[str, Any]:
        """A zip of files and texts."""
        from datasets.query.exporting import write_bundle

        files = [(name, Path(path)) for name, path in request["files"]]
        return write_bundle(files, [(name, text) for name, text in request["texts"]], Path(request["target"]))

    def compare(self, request: dict[str, Any]) -> dict[str, Any]:
        """What differs between two row stores; with "target", the rows that do as a row store of their own."""
        from datasets.differences import Table, compare

        self.forget()
        old, new = (Table(Path(side["store"]), columns_from(side["columns"])) for side in request["sides"])
        for side in (old, new):
            if not side.store.is_file():
                raise NotFound("row_store_not_found", key=side.store.stem)
        target = Path(request["target"]) if request["target"] else None
        return compare(old, new, key=request["key"], result=target, spill=self.spill).as_dict()

    def reader(self, store: str, columns: list[Column]) -> RowReader:
        """The open row store, for these columns; opened anew where it has been made again since."""
        identity = _identify(Path(store))
        known = self.readers.pop(store, None)
        if known is not None and known[0] != identity:
            known[1].close()
            known = None
        if known is None:
            connection = open_rows(Path(store), spill=self.spill, memory_bytes=MEMORY_PER_STORE)
            known = identity, RowReader(connection, columns)
        self.readers[store] = known
        if len(self.readers) > OPEN_STORES:
            self.readers.popitem(last=False)[1][1].close()
        known[1].columns = columns
        return known[1]

    def forget(self) -> None:
        """Close all row stores."""
        while self.readers:
            self.readers.popitem()[1][1].close()


def _identify(store: Path) -> FileIdentity:
    """Raises NotFound("row_store_not_found")."""
    try:
        facts = store.stat()
    except FileNotFoundError:
        raise NotFound("row_store_not_found", key=store.stem) from None
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


BROKEN = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
"""What DuckDB raises when a file is not what it wrote: every block of a store carries a checksum."""


def _explain(error: duckdb.Error) -> DomainError:
    if find_shortage(error) is not None:
        return Busy("disk_full")
    if isinstance(error, BROKEN) or type(error) is duckdb.Error:
        return Busy("row_store_is_broken")
    return Invalid("question_cannot_be_answered")


def main() -> None:
    """Serve. Arguments: memory in bytes, seconds of idleness after which to leave, the spill folder, niceness."""
    memory_bytes, idle_seconds, spill = int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.nice(int(sys.argv[4]))
    apply_limits(Limits(memory_bytes=memory_bytes, cpu_seconds=1 << 30, file_bytes=64 << 30))
    answers = Answers(spill)
    stdin = os.fdopen(0, "rb", buffering=0)
    while select.select([stdin], [], [], idle_seconds)[0]:
        request = read_frame(stdin)
        if request is None:
            return
        channel.write(encode_frame(answers.answer(request)))
        channel.flush()


if __name__ == "__main__":
    main()
