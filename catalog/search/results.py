"""What a search gives back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import NamedTuple

from catalog.errors import DomainError


class IndexDamaged(DomainError):
    """The index is missing, stale in layout, or cannot be read; it will be rebuilt, and SQL answers meanwhile."""


class Hit(NamedTuple):
    """One entry that was found; a higher `score` is a better match."""

    entry_id: uuid.UUID
    score: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """All that a question found, best first.

    `hits` holds the first `limit`, `total` counts all. `terms` are the pieces to highlight. `is_loose`: nothing
    contained everything asked for, so these contain parts of it. `is_cut`: the question was longer than the 100
    characters and 16 words that count. `is_fallback`: the index was not available, plain SQL answered.
    """

    hits: list[Hit]
    total: int
    terms: list[str]
    is_loose: bool = False
    is_cut: bool = False
    is_fallback: bool = False

    @property
    def ids(self) -> list[uuid.UUID]:
        """The entries found, best first."""
        return [hit.entry_id for hit in self.hits]
