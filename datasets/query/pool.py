"""A few killable child processes that answer row questions and write exports for one web process or worker.

Each group has `size` children, started when they are first needed and leaving by themselves when idle. A question that
passes its deadline gets its child killed and replaced: neither DuckDB's interrupts nor its memory limit hold.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from datasets.columns import Column
from datasets.differences import Difference
from datasets.errors import Busy, Invalid, NotFound, TooLarge, unpack_error
from datasets.formats import WHOLE_ENCODING
from datasets.query.engine import RowPage
from datasets.query.exporting import Written
from datasets.query.frames import encode_frame, read_frame
from datasets.query.question import EVERYTHING, Query, canonical_filter, to_pairs

MAX_TOTALS = 4096
QUESTION_NICENESS = 5
EXPORT_NICENESS = 10
"""How far children stand back from the processes that serve pages, so that a heavy question slows no page."""
BROKEN_CODES = frozenset({"row_store_is_broken", "row_store_not_found"})
Side = tuple[Path, Sequence[Column]]
"""A row store and its columns."""


class QueryPool:
    """Answers questions about row stores in children. Safe for threads; each process has its own."""

    def __init__(
        self,
        *,
        size: int = 2,
        deadline: float = 5.0,
        patience: float = 2.0,
        memory_bytes: int = 512 << 20,
        export_size: int = 2,
        export_deadline: float = 300.0,
        export_patience: float = 60.0,
        export_memory_bytes: int = 1 << 30,
        idle_seconds: float = 300.0,
    ) -> None:
        """`patience` is how long, in seconds, a question waits for a free child before Busy.

        The bytes of memory bound what a child allocates, most of which it never touches: a table of 2,000 columns
        takes much of that before its first row is written.
        """
        self._questions = _Group(size, deadline, patience, memory_bytes, idle_seconds, niceness=QUESTION_NICENESS)
        self._exports = _Group(
            export_size, export_deadline, export_patience, export_memory_bytes, idle_seconds, niceness=EXPORT_NICENESS
        )
        self._totals: OrderedDict[tuple[str, str], int] = OrderedDict()
        self.on_broken: Callable[[Path], None] | None = None
        """Told of a row store that is gone or damaged, before Busy("row_store_is_broken") is raised."""
        self._lock = threading.Lock()

    def rows(self, store: Path, columns: Sequence[Column], query: Query, *, as_text: bool = False) -> RowPage:
        """One page of the rows of `store` that `query` asks for, with the exact total.

        A total is counted once per store and filter. Raises Busy("questions_are_busy"),
        TooLarge("question_takes_too_long" | "question_needs_too_much_memory"), NotFound("row_store_not_found"),
        Invalid("question_cannot_be_answered").
        """
        key = (str(store), canonical_filter(query))
        request = {"act": "rows", "as_text": as_text, "total": self._totals.get(key), **_asked(store, columns, query)}
        with self._telling(store):
            page = RowPage.from_dict(self._questions.ask(request))
        if page.has_broken_row_file:
            self.tell_broken(store)
        self._remember(key, page.total)
        return page

    def export(
        self,
        store: Path,
        columns: Sequence[Column],
        query: Query | None,
        format_key: str,
        target: Path,
        *,
        encoding: str = WHOLE_ENCODING,
    ) -> Written:
        """Write the rows of `query` (None: all) to the new file `target`. Raises as `rows`, and TooLarge by format."""
        wanted = {"act": "export", "format": format_key, "encoding": encoding, "target": str(target)}
        with self._telling(store):
            return Written(**self._exports.ask({**wanted, **_asked(store, columns, query or EVERYTHING)}))

    def bundle(self, files: Sequence[tuple[str, Path]], texts: Sequence[tuple[str, str]], target: Path) -> Written:
        """Write a zip of files and texts, each with its name inside, to the new file `target`."""
        members = [(name, str(path)) for name, path in files]
        request = {"act": "bundle", "files": members, "texts": list(texts), "target": str(target)}
        return Written(**self._exports.ask(request))

    def compare(self, old: Side, new: Side, *, key: Sequence[str] | None = None, target: Path | None) -> Difference:
        """What differs between two row stores; `target`, a new file, gets the rows. See `differences.compare`."""
        sides = [{"store": str(store), "columns": [c.as_dict() for c in columns]} for store, columns in (old, new)]
        request = {"act": "compare", "sides": sides, "key": key, "target": str(target) if target else None}
        with self._telling(old[0], new[0]):
            return Difference.from_dict(self._exports.ask(request))

    def tell_broken(self, *stores: Path) -> None:
        """Pass on that these row stores do not hold what they should."""
        for store in stores:
            if self.on_broken is not None:
                self.on_broken(store)

    @contextmanager
    def _telling(self, *stores: Path) -> Iterator[None]:
        """Tell `on_broken` of row stores that are gone or not what was written; they can be made again."""
        try:
            yield
        except (Busy, NotFound) as error:
            if error.code not in BROKEN_CODES:
                raise
            self.tell_broken(*stores)
            raise Busy("row_store_is_broken") from error

    def warm(self) -> None:
        """Start the children that answer questions, so that the first one need not wait for them."""
        self._questions.warm()

    def close(self) -> None:
        """End all children."""
        self._questions.close()
        self._exports.close()

    def _remember(self, key: tuple[str, str], total: int) -> None:
        with self._lock:
            self._totals[key] = total
            if len(self._totals) > MAX_TOTALS:
                self._totals.popitem(last=False)


def _asked(store: Path, columns: Sequence[Column], query: Query) -> dict[str, Any]:
    return {"store": str(store), "columns": [column.as_dict() for column in columns], "pairs": to_pairs(query)}


class _Group:
    """Children of one kind with their deadline; the one used last is used next, so that others may leave."""

    def __init__(
        self, size: int, deadline: float, patience: float, memory_bytes: int, idle_seconds: float, *, niceness: int
    ) -> None:
        self.deadline = deadline
        self.patience = patience
        self._free: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._workers = [_Worker(memory_bytes, idle_seconds, niceness) for _ in range(size)]
        for worker in self._workers:
            self._free.put(worker)

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        with self._worker() as worker:
            answer = worker.ask(request, self.deadline)
        if "error" in answer:
            raise unpack_error(answer["error"])
        result: dict[str, Any] = answer["ok"]
        return result

    @contextmanager
    def _worker(self) -> Iterator[_Worker]:
        try:
            worker = self._free.get(timeout=self.patience)
        except queue.Empty:
            raise Busy("questions_are_busy") from None
        try:
            yield worker
        finally:
            self._free.put(worker)

    def warm(self) -> None:
        for worker in self._workers:
            worker.start()

    def close(self) -> None:
        for worker in self._workers:
            worker.end()


class _Worker:
    """One child process, or none yet. Used by one thread at a time."""

    def __init__(self, memory_bytes: int, idle_seconds: float, niceness: int) -> None:
        self.memory_bytes = memory_bytes
        self.idle_seconds = idle_seconds
        self.niceness = niceness
        self.process: subprocess.Popen[bytes] | None = None
        self.owner = 0
        self.spill: Path | None = None

    def ask(self, request: dict[str, Any], deadline: float) -> dict[str, Any]:
        """The child's answer. Raises TooLarge when it passes `deadline` seconds or dies for want of memory."""
        answer = self._try(request, deadline)
        if answer is None and self._left_while_idle():
            self.end()
            answer = self._try(request, deadline)
        if answer is None:
            self.end()
            raise TooLarge("question_needs_too_much_memory")
        return answer

    def _try(self, request: dict[str, Any], deadline: float) -> dict[str, Any] | None:
        process = self.start()
        assert process.stdin is not None and process.stdout is not None
        passed = threading.Event()
        timer = threading.Timer(deadline, self._pass_deadline, (process, passed))
        timer.daemon = True
        timer.start()
        try:
            process.stdin.write(encode_frame(request))
            process.stdin.flush()
            answer = read_frame(process.stdout)
        except BrokenPipeError:
            answer = None
        except ValueError as error:
            self.end()
            raise Invalid("question_cannot_be_answered") from error
        finally:
            timer.cancel()
        if answer is None and passed.is_set():
            self.end()
            raise TooLarge("question_takes_too_long", seconds=round(deadline, 1))
        return answer

    @staticmethod
    def _pass_deadline(process: subprocess.Popen[bytes], passed: threading.Event) -> None:
        passed.set()
        process.kill()

    def _left_while_idle(self) -> bool:
        return self.process is not None and self.process.wait(10) == 0

    def start(self) -> subprocess.Popen[bytes]:
        """The running child; a process that was forked off does not share its parent's children."""
        if self.process is not None and self.owner == os.getpid():
            return self.process
        self.owner = os.getpid()
        self.spill = Path(tempfile.mkdtemp(prefix="kaifang-query-"))
        arguments = [str(self.memory_bytes), str(self.idle_seconds), str(self.spill), str(self.niceness)]
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "datasets.query.child", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=self.spill,
            env=_environment(self.spill),
            start_new_session=True,
        )
        return self.process

    def end(self) -> None:
        """Kill the child, if there is one, and remove what it spilled."""
        process, self.process = self.process, None
        if process is None or self.owner != os.getpid():
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        process.wait()
        if self.spill is not None:
            shutil.rmtree(self.spill, ignore_errors=True)


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of the parent's environment but what is needed to find Python and this code."""
    root = str(Path(__file__).resolve().parent.parent.parent)
    fixed = {"PYTHONPATH": root, "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, **fixed, "MALLOC_ARENA_MAX": "2"}
