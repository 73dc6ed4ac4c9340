"""A delivered file as its loader understood it: one shape for every kind of file, from which the rest goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasets.errors import Problem

if TYPE_CHECKING:
    from datasets.ingest.dialects import Dialect
    from datasets.ingest.encodings import Encoding
    from datasets.ingest.tables import Merge


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """One table that a file offers: a worksheet, a layer, a list inside a JSON document.

    `rows` and `columns` bound its filled area (header and title lines included).
    """

    name: str
    rows: int
    columns: int
    is_hidden: bool = False

    def as_dict(self) -> dict[str, Any]:
        """A JSON-able form."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


PACKED = {"shp": "zip"}
"""Format → the ending of the delivered file, where they differ."""


def original_suffix(file_format: str) -> str:
    """The ending, without a dot, under which a delivered file of that format is offered."""
    return PACKED.get(file_format, file_format)


@dataclass(slots=True)
class Source:
    """What a loader tells beside the records that it put into the raw table.

    `has_names` says that record 1 holds the names of the columns for certain (JSON, Parquet, Shapefile): then nothing
    is searched above or below it. Text files carry `encoding` and `dialect`; `sheet` is the table that was read and
    `sheets` are all that could be. `texts` are (place, texts) outside the table, which are searched for personal data.
    """

    file_format: str
    encoding: Encoding | None = None
    dialect: Dialect | None = None
    sheet: str | None = None
    sheets: list[SheetFacts] = field(default_factory=list)
    has_names: bool = False
    merges: list[Merge] = field(default_factory=list)
    texts: list[tuple[str, list[str]]] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    width: int = 0
    """Cells of the commonest record of a text file."""
    odd_rows: list[tuple[int, int]] = field(default_factory=list)
    """(0-based record, cells) of the first records of a text file with another number of cells, blank lines apart."""
    lines: Path | None = None
    """The UTF-8 text of a CSV of which reading changed no cell: its lines may be canonical (`delivered_lines`)."""

    def width_of(self, record: int) -> int:
        """How many cells that record of a text file has."""
        return dict(self.odd_rows).get(record, self.width)
