"""What DuckDB says when the disk or a limit on files is exhausted: no fault of the file, the question or the store."""

from __future__ import annotations

from datasets.errors import Busy, DomainError, TooLarge

SHORTAGES: tuple[tuple[str, type[DomainError], str], ...] = (
    ("No space left on device", Busy, "disk_full"),
    ("Disk quota exceeded", Busy, "disk_full"),
    ("max_temp_directory_size", Busy, "disk_full"),
    ("File too large", TooLarge, "file_makes_too_much_data"),
)
"""Words of the operating system, or of DuckDB about a full spill folder → what is told."""


def find_shortage(error: Exception) -> DomainError | None:
    """What was lacking when DuckDB raised `error`; None where it was something else."""
    said = str(error)
    return next((kind(code) for words, kind, code in SHORTAGES if words in said), None)
