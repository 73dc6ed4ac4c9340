"""Reading a delivered file: the parent's side. The file itself is opened only in the child process."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from datasets.errors import DomainError
from datasets.ingest.reading import Reading, ReadOptions, Recipe
from datasets.ingest.row_store import discard_parts
from datasets.rowfile import row_file_of
from datasets.sandbox import Limits, Progress, run_limited

log = logging.getLogger(__name__)

CHILD = "datasets.ingest.child"
SMALL_BYTES = 16 << 20
SECONDS_PER_MEGABYTE = 3
MOST_SECONDS = 1800


def limits_for(path: Path) -> Limits:
    """What the reading of this file may use when nobody says otherwise: a minute, and more for a large file.

    The memory is the same for all. Large spreadsheets need about a second per megabyte, text a twentieth of that.
    """
    extra = max(0, path.stat().st_size - SMALL_BYTES) / (1 << 20) * SECONDS_PER_MEGABYTE
    seconds = min(MOST_SECONDS, 60 + round(extra))
    return Limits(cpu_seconds=seconds, wall_seconds=seconds)


def read_file(
    path: Path,
    *,
    file_name: str,
    row_store: Path,
    options: ReadOptions | None = None,
    declared: Sequence[Mapping[str, Any]] = (),
    limits: Limits | None = None,
    on_progress: Progress | None = None,
) -> Reading:
    """Understand the file at `path` and write its rows to the new file `row_store`.

    The kind is told from the content, never from `file_name`, which only names the file in the log. `declared` are
    values of data items (`declared.DeclaredItem`) that `Reading.checks` compares the rows with. Raises Invalid or
    TooLarge with a code that tells a clerk what is wrong and what to do; then no row store is left behind. At most
    `limits.wall_seconds` (default: `limits_for`); memory within `limits.memory_bytes` whatever the file.
    """
    decisions = {"options": (options or ReadOptions()).as_dict(), "declared": [dict(item) for item in declared]}
    try:
        return _run(path, row_store, limits, on_progress, **decisions)
    except DomainError as error:
        log.info("refused %r: %s", file_name, error.code)
        raise


def rebuild(
    path: Path,
    recipe: Recipe,
    *,
    row_store: Path,
    limits: Limits | None = None,
    on_progress: Progress | None = None,
) -> Reading:
    """Make the row store of an original again, taking every decision from its `recipe`."""
    return _run(path, row_store, limits, on_progress, recipe=recipe.as_dict())


def _run(path: Path, row_store: Path, limits: Limits | None, on_progress: Progress | None, **decisions: Any) -> Reading:
    """`decisions` are options or a recipe, as the child takes them."""
    row_store.parent.mkdir(parents=True, exist_ok=True)
    request = {"path": str(path.resolve()), "row_store": str(row_store.resolve()), **decisions}
    is_read = False
    try:
        reading = Reading.from_dict(
            run_limited(CHILD, request, limits=limits or limits_for(path), on_progress=on_progress)
        )
        is_read = True
    finally:
        discard_parts(row_store)
        if not is_read:
            row_store.unlink(missing_ok=True)
            row_file_of(row_store).unlink(missing_ok=True)
    return reading
