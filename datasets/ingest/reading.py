"""What is asked of a reading, and what it gives: plain values that travel as JSON between child, database and pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from datasets.columns import Column, columns_from

Warnings = list[dict[str, Any]]
"""Problems as dicts: where, code, params. They do not stop a reading; people see them before they confirm."""


class _Json:
    """Frozen dataclasses of JSON-able fields."""

    def as_dict(self) -> dict[str, Any]:
        """A JSON-able form that `from_dict` takes back."""
        return asdict(self)  # type: ignore[call-overload,no-any-return]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild from `as_dict`; entries that this version does not know are ignored."""
        known = {item.name: values[item.name] for item in fields(cls) if item.name in values}  # type: ignore[arg-type]
        return cls(**known)


@dataclass(frozen=True, slots=True)
class ReadOptions(_Json):
    """What a person set by hand; None means: find out. `header_row` is 1-based, as spreadsheets count."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    header_row_count: int | None = None
    has_header: bool | None = None


@dataclass(frozen=True, slots=True)
class Recipe(_Json):
    """Every decision of one reading, so that original + recipe give the same row store again.

    Rows are 1-based records of the file (blank ones count). `first_row`..`last_row` bound the data, `left_out` are rows
    inside that hold no record (headings of groups). `types` holds [type, shadow type, SQL type] per column and
    `positions` the column of the sheet from which each comes.
    """

    file_format: str
    encoding: str | None
    delimiter: str | None
    quote: str | None
    sheet: str | None
    header_row: int
    header_row_count: int
    has_header: bool
    first_row: int
    last_row: int
    left_out: list[int]
    positions: list[int]
    names: list[str]
    types: list[list[str | None]]
    engine: int = 1
    """Raised when the same decisions would give other rows."""

    def options(self) -> ReadOptions:
        """What to ask for so that the same decisions are taken by hand."""
        return ReadOptions(
            self.encoding, self.delimiter, self.sheet, self.header_row, self.header_row_count, self.has_header
        )


@dataclass(frozen=True, slots=True)
class Finding(_Json):
    """Personal data in one column. `rate` is the share of the column's filled cells; samples are masked."""

    column: str
    kind: str
    severity: str
    """"block": not published until masked or overridden with a legal basis; "warn": shown to the reviewer."""
    count: int
    rate: float
    samples: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading(_Json):
    """A file as it was understood. Shown to the person who delivered it before anything is confirmed."""

    file_format: str
    encoding: str | None
    encoding_is_certain: bool
    delimiter: str | None
    sheet: str | None
    sheets: list[str]
    header_rows: list[int]
    """1-based rows of the header; empty when the table has none."""
    title_lines: list[str]
    notes: list[str]
    columns: list[Column]
    row_count: int
    preview: list[list[str]]
    findings: list[Finding]
    warnings: Warnings
    recipe: Recipe
    content_sha256: str
    csv_sha256: str
    csv_byte_size: int
    profile: dict[str, Any]

    @property
    def blocking(self) -> list[Finding]:
        """The findings that stop publication."""
        return [finding for finding in self.findings if finding.severity == "block"]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild from `as_dict`."""
        known = {item.name: values[item.name] for item in fields(cls) if item.name in values}
        known["columns"] = columns_from(known["columns"])
        known["findings"] = [Finding.from_dict(item) for item in known["findings"]]
        known["recipe"] = Recipe.from_dict(known["recipe"])
        return cls(**known)
