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
    masking: dict[str, str] = field(default_factory=dict)
    """Column name → key of `masking.METHODS`: what is done to the personal data in it before it is stored."""
    withholds_original: bool = False
    """The delivered file itself is not offered to the public."""
    salt: str = ""
    """Of the version before, so that its replacements stay the same; "" for a new one. No form carries it."""
    is_carried_over: bool = False
    """`masking` was chosen for the version before: columns that this file lacks are passed over."""


@dataclass(frozen=True, slots=True)
class Recipe(_Json):
    """Every decision of one reading, so that original + recipe give the same row store again.

    Rows are 1-based records of the file (blank ones count). `first_row`..`last_row` bound the data, `left_out` are rows
    inside that hold no record (headings of groups). `types` holds [type, shadow type, SQL type] per column, and its
    key of RECOGNISED where it has one; `positions` the column of the sheet from which each comes.
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
    masking: list[list[str]] = field(default_factory=list)
    """[column name, kind of personal data or "", key of `masking.METHODS`] of every masked column."""
    salt: str = ""
    """Secret of this version's replacements (`masking`); never shown."""
    withholds_original: bool = False

    def options(self) -> ReadOptions:
        """What to ask for so that the same decisions are taken by hand."""
        return ReadOptions(
            encoding=self.encoding,
            delimiter=self.delimiter,
            sheet=self.sheet,
            header_row=self.header_row,
            header_row_count=self.header_row_count,
            has_header=self.has_header,
            masking={name: method for name, _, method in self.masking},
            withholds_original=self.withholds_original,
        )


@dataclass(frozen=True, slots=True)
class Finding(_Json):
    """Personal data in one column. `rate` is the share of the column's filled cells; samples are masked."""

    column: str
    kind: str
    severity: str
    """"block": not published until masked or overridden with a legal basis; "warn": shown to the reviewer;
    "withheld": would block, but stands only in the delivered file, which is not offered."""
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
    sheets: list[dict[str, Any]]
    """`SheetFacts` of all tables that the file offers, as dicts."""
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
    checks: list[dict[str, Any]] = field(default_factory=list)
    """What contradicts the declared data items: `declared.check_declared`."""
    encoding_previews: list[dict[str, Any]] = field(default_factory=list)
    """Where the encoding is in doubt: {"codec", "lines"} for each that fits, the likeliest first."""
    difference: dict[str, Any] | None = None
    """From the published version, as `differences.Difference.as_dict`; None where there is none yet."""

    @property
    def blocking(self) -> list[Finding]:
        """The findings that stop publication."""
        return [finding for finding in self.findings if finding.severity == "block"]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild from `as_dict`."""
        known = {item.name: values[item.name] for item in fields(cls) if item.name in values}
        known["columns"] = columns_from(known["columns"])
        known["sheets"] = [
            {"name": sheet, "rows": 0, "columns": 0, "is_hidden": False} if isinstance(sheet, str) else sheet
            for sheet in known["sheets"]
        ]
        known["findings"] = [Finding.from_dict(item) for item in known["findings"]]
        known["recipe"] = Recipe.from_dict(known["recipe"])
        return cls(**known)
