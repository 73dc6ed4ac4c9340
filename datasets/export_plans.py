"""One export before it is made: which rows in which format, the key of its file, what it will need."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from datasets.columns import Column, columns_from
from datasets.formats import WHOLE_ENCODING, Format, choose_format
from datasets.query.exporting import exported_columns
from datasets.query.question import EVERYTHING, Query, canonical
from datasets.versions import VersionFacts

LAYOUT = 2
"""Grows when files of an older program must not be served any more."""


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What decides every byte of an export. `query` has neither offset nor anchor: an export is no page."""

    version: VersionFacts
    query: Query
    format: Format
    encoding: str

    @property
    def columns(self) -> list[Column]:
        """The columns of the version."""
        return columns_from(self.version.columns)

    @property
    def media_type(self) -> str:
        """With the charset where there is a choice."""
        return self.format.media_type_in(self.encoding)

    @property
    def is_whole_csv(self) -> bool:
        """Whether it is the very file whose digest intake recorded."""
        return self.format.key == "csv" and self.encoding == WHOLE_ENCODING and self.query == EVERYTHING

    @property
    def key(self) -> str:
        """Equal content, question, format and encoding have equal keys, in whatever words they were asked."""
        chosen = self.format.key, self.format.revision, self.encoding
        return key_of("export", self.version, *chosen, canonical(self.query))

    def count_cells(self, row_count: int) -> int:
        """Cells of the file if it has so many rows."""
        return row_count * len(exported_columns(self.columns, self.query))

    def estimate_bytes(self, row_count: int) -> int:
        """Disk that writing so many rows takes, by the mean row of the whole CSV; rather too much than too little."""
        mean = self.version.csv_byte_size / max(self.version.row_count, 1)
        return int(min(row_count, self.query.limit or row_count) * mean * self.format.weight)


def plan_export(
    version: VersionFacts, query: Query | None, format_key: str, encoding: str = WHOLE_ENCODING
) -> ExportPlan:
    """An export of the rows that `query` asks for (None: all). `_offset` and `_after` have no meaning here.

    Raises Invalid("unknown_format" | "csv_encoding_not_offered" | "encoding_not_for_format"),
    NotFound("format_needs_places") for a map format where no column says where a row lies.
    """
    asked = query.at() if query else EVERYTHING
    chosen = choose_format(exported_columns(columns_from(version.columns), asked), format_key, encoding)
    return ExportPlan(version, asked, chosen, encoding)


def key_of(*parts: object) -> str:
    """An address for everything that decides the bytes of a file."""
    plain = [_plain(part) for part in (LAYOUT, *parts)]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=True).encode()).hexdigest()


def _plain(part: object) -> object:
    if isinstance(part, VersionFacts):
        columns = columns_from(part.columns)
        names = [[column.index, column.key, column.name, column.type, column.recognised] for column in columns]
        return [part.row_store, part.content_sha256, names]
    return part
