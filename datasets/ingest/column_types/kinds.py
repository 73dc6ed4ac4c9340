"""What a column is typed as, and where it lies while this is found out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class ColumnType:
    """`type` as `columns.TYPES` knows it, the SQL type that holds it, and the shadow of a text column."""

    type: str = "text"
    sql: str = "VARCHAR"
    shadow: str | None = None
    recognised: str | None = None
    """Key of `columns.RECOGNISED`."""

    def as_list(self) -> list[str | None]:
        """[type, shadow, SQL type] for a recipe; a fourth entry only where a way of writing was recognised."""
        return [self.type, self.shadow, self.sql, *([self.recognised] if self.recognised else [])]

    @classmethod
    def from_list(cls, values: Sequence[str | None]) -> Self:
        """Rebuild from `as_list`; recipes of earlier versions have three entries."""
        kind, shadow, sql, recognised = [*values, None][:4]
        return cls(kind or "text", sql or "VARCHAR", shadow, recognised)


TEXT = ColumnType()


@dataclass(frozen=True, slots=True)
class RawColumn:
    """Column r{position} of the raw table under its name."""

    position: int
    name: str

    @property
    def cell(self) -> str:
        """SQL name."""
        return f"r{self.position}"
