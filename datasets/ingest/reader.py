"""Reading a delivered file: the parent's side. The file itself is opened only in the child process."""

from __future__ import annotations

from pathlib import Path

from datasets.ingest.reading import Reading, ReadOptions, Recipe
from datasets.sandbox import Limits, Progress, run_limited

CHILD = "datasets.ingest.child"
READ_LIMITS = Limits()


def read_file(
    path: Path,
    *,
    file_name: str,
    row_store: Path,
    options: ReadOptions | None = None,
    limits: Limits = READ_LIMITS,
    on_progress: Progress | None = None,
) -> Reading:
    """Understand the file at `path` and write its rows to the new file `row_store`.

    The kind is told from the content; of `file_name` only the ending is used, to say .txt or .tsv where a text was
    delivered. Raises Invalid or TooLarge with a code that tells a clerk what is wrong and what to do; then no row store
    is left behind. At most `limits.wall_seconds`; memory within `limits.memory_bytes` whatever the file.
    """
    return _run(path, row_store, options or ReadOptions(), None, limits, on_progress)


def rebuild(
    path: Path,
    recipe: Recipe,
    *,
    row_store: Path,
    limits: Limits = READ_LIMITS,
    on_progress: Progress | None = None,
) -> Reading:
    """Make the row store of an original again, taking every decision from its `recipe`."""
    return _run(path, row_store, ReadOptions(), recipe, limits, on_progress)


def _run(
    path: Path,
    row_store: Path,
    options: ReadOptions,
    recipe: Recipe | None,
    limits: Limits,
    on_progress: Progress | None,
) -> Reading:
    row_store.parent.mkdir(parents=True, exist_ok=True)
    request = {
        "path": str(path.resolve()),
        "row_store": str(row_store.resolve()),
        "options": options.as_dict(),
        "recipe": recipe.as_dict() if recipe else None,
    }
    try:
        return Reading.from_dict(run_limited(CHILD, request, limits=limits, on_progress=on_progress))
    except Exception:
        row_store.unlink(missing_ok=True)
        raise
    finally:
        for rest in (".part", ".part.wal"):
            row_store.with_name(row_store.name + rest).unlink(missing_ok=True)
