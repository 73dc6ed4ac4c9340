"""A Shapefile in a zip (.shp with its .dbf, perhaps .cpg and .prj) on its way into the raw table; layers are sheets."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from datasets.errors import Invalid, Problem
from datasets.ingest.dbf_file import (
    DbfHeader,
    Record,
    codec_of,
    decode_text,
    find_codec,
    print_fields,
    read_header,
    read_records,
)
from datasets.ingest.geojson import GEOMETRY, HEIGHT, LATITUDE, LONGITUDE
from datasets.ingest.raw_table import RawTable, Row
from datasets.ingest.reading import ReadOptions
from datasets.ingest.shapes import POINTS, Geometry, read_shape_header, read_shapes
from datasets.ingest.source import SheetFacts, Source
from datasets.sandbox import Progress

SYSTEM = re.compile(r"\s*(PROJC|GEOGC|GEODC)\w*\[\s*\"([^\"]{1,80})\"")
PLANE = ("X", "Y", HEIGHT)
SPHERE = (LONGITUDE, LATITUDE, HEIGHT)
MAX_NOTE = 4096
STEP = 50_000


@dataclass(slots=True)
class Layer:
    """The members of one layer by ending (".shp", ".dbf", …)."""

    name: str
    parts: dict[str, str] = field(default_factory=dict)


def find_layers(members: list[str]) -> list[Layer]:
    """Layers among the members of an archive: every .shp with what bears its name."""
    layers = {name[:-4].lower(): Layer(Path(name).stem) for name in members if name.lower().endswith(".shp")}
    for name in members:
        stem, dot, ending = name.rpartition(".")
        if stem.lower() in layers:
            layers[stem.lower()].parts[f"{dot}{ending.lower()}"] = name
    return list(layers.values())


def load_layers(
    archive: zipfile.ZipFile, layers: list[Layer], options: ReadOptions, table: RawTable, progress: Progress
) -> Source:
    """Read the wanted layer, else the first, into `table`: its attributes, then its places.

    Raises Invalid("shapefile_is_broken" | "worksheet_not_found" | "unknown_encoding") and
    TooLarge("record_is_too_large" | "shape_has_too_many_rings").
    """
    names = [layer.name for layer in layers]
    if options.sheet is not None and options.sheet not in names:
        raise Invalid("worksheet_not_found", sheet=options.sheet[:40], sheets=names[:20])
    chosen = layers[names.index(options.sheet)] if options.sheet is not None else layers[0]
    found = Source("shp", sheet=chosen.name, has_names=True)
    try:
        found.sheets = [_facts(archive, layer) for layer in layers]
        reader = _LayerReader(archive, chosen, options.encoding)
        progress({"stage": "reading"})
        table.append(reader.rows(progress))
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError):
        raise Invalid("shapefile_is_broken") from None
    if reader.system:
        found.warnings.append(Problem("", "coordinates_in", system=reader.system))
    if reader.damaged:
        found.warnings.append(Problem("", "replacement_characters", count=reader.damaged))
    if len(names) > 1:
        others = [name for name in names if name != chosen.name]
        found.warnings.append(Problem("", "other_sheets", sheet=chosen.name, others=others[:20]))
    return found


def _facts(archive: zipfile.ZipFile, layer: Layer) -> SheetFacts:
    if ".dbf" not in layer.parts:
        return SheetFacts(layer.name, 0, 1)
    with archive.open(layer.parts[".dbf"]) as stream:
        header = read_header(stream)
    return SheetFacts(layer.name, header.count, len(header.fields) + 1)


class _LayerReader:
    """One layer: what its small parts say, then its records with their shapes."""

    def __init__(self, archive: zipfile.ZipFile, layer: Layer, encoding: str | None) -> None:
        self.archive = archive
        self.layer = layer
        self.header = DbfHeader(0, 0, None, [])
        self.codec = "utf-8"
        self.damaged = 0
        if ".dbf" in layer.parts:
            with archive.open(layer.parts[".dbf"]) as stream:
                self.header = read_header(stream)
                declared = self._codec(encoding)
                self.codec = find_codec(read_records(stream, self.header), self.header, declared)
        with archive.open(layer.parts[".shp"]) as stream:
            kind, bounds = read_shape_header(stream)
        system = SYSTEM.match(self._note(".prj"))
        self.system = system.group(2) if system else ""
        is_plane = system.group(1) == "PROJC" if system else max(map(abs, bounds)) > 360
        self.axes = (PLANE if is_plane else SPHERE)[: 3 if kind == POINTS[1] else 2] if kind in POINTS else ()

    def _codec(self, wanted: str | None) -> str | None:
        if wanted and codec_of(wanted) is None:
            raise Invalid("unknown_encoding", encoding=wanted[:40])
        return codec_of(wanted or self._note(".cpg") or "-")

    def _note(self, ending: str) -> str:
        """The text of a small part; "" where there is none."""
        if ending not in self.layer.parts:
            return ""
        with self.archive.open(self.layer.parts[ending]) as stream:
            return stream.read(MAX_NOTE).decode("utf-8-sig", "replace")

    def rows(self, progress: Progress) -> Iterator[Row]:
        """The names, then every record that is not deleted."""
        taken = [decode_text(item.name, self.codec) or None for item in self.header.fields]
        yield [*taken, *(self.axes or (GEOMETRY,))]
        count = 0
        with self.archive.open(self.layer.parts[".shp"]) as stream:
            read_shape_header(stream)
            shapes = read_shapes(stream)
            for record in self._records():
                shape = next(shapes, None)
                if record is None:
                    continue
                cells = print_fields(record, self.header.fields, self.codec)
                self.damaged += sum("\ufffd" in cell for cell in cells if cell)
                yield [*cells, *self._place(shape)]
                count += 1
                if count % STEP == 0:
                    progress({"stage": "reading", "rows": count})
            if ".dbf" not in self.layer.parts:
                yield from (self._place(shape) for shape in shapes)

    def _records(self) -> Iterator[Record]:
        if ".dbf" in self.layer.parts:
            with self.archive.open(self.layer.parts[".dbf"]) as stream:
                yield from read_records(stream, read_header(stream))

    def _place(self, shape: Geometry) -> Row:
        if not self.axes:
            return [orjson.dumps(shape).decode() if shape else None]
        numbers = shape["coordinates"] if shape and shape["type"] == "Point" else []
        return [repr(number) for number in numbers] + [None] * (len(self.axes) - len(numbers))
