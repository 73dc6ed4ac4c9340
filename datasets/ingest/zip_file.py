"""What a zip is: a workbook, a Shapefile, or the one table that an office packed; anything else is refused by name."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from datasets.errors import Invalid, Problem
from datasets.ingest.file_kinds import find_kind
from datasets.ingest.raw_table import RawTable
from datasets.ingest.reading import ReadOptions
from datasets.ingest.shapefile_file import find_layers, load_layers
from datasets.ingest.source import Source
from datasets.ingest.workbook_file import load_zipped
from datasets.ingest.workbook_scan import is_office
from datasets.ingest.zip_check import check_zip
from datasets.sandbox import Progress

TABLES = frozenset(
    (
        *(".csv", ".tsv", ".txt", ".dat", ".tab", ".json", ".jsonl", ".ndjson", ".geojson", ".xml", ".parquet"),
        *(".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".htm", ".html"),
    )
)
"""Endings of files that are looked at; others in the archive are only named."""
IGNORED = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini", "._")
NAMED = 10
UTF8_NAME = 0x800


def load_zip(path: Path, options: ReadOptions, table: RawTable, work: Path, progress: Progress) -> Source:
    """Read what the zip at `path` holds into `table`.

    Raises Invalid("zip_is_no_workbook", count=…, names=…), what `check_zip` raises and what the kind inside raises.
    """
    progress({"stage": "checking"})
    members = check_zip(path)
    if is_office({member.filename for member in members}):
        return load_zipped(path, options, table, work, progress)
    files = {_shown_name(member): member for member in members if not member.is_dir() and not _is_ignored(member)}
    with zipfile.ZipFile(path) as archive:
        layers = find_layers([member.filename for member in files.values()])
        if layers:
            for layer in layers:
                layer.name = _shown_name(archive.getinfo(layer.parts[".shp"])).rpartition("/")[2][:-4]
            return load_layers(archive, layers, options, table, progress)
        tables = [name for name in files if PurePosixPath(name).suffix.lower() in TABLES]
        if len(tables) != 1:
            raise Invalid("zip_is_no_workbook", count=len(files), names=list(files)[:NAMED])
        unpacked = _unpack(archive, files[tables[0]], work)
    found = _load_inside(unpacked, options, table, work, progress)
    found.file_format = "zip"
    if len(files) > 1:
        others = [name for name in files if name != tables[0]]
        found.warnings.append(Problem("", "zip_members_ignored", name=tables[0], others=others[:NAMED]))
    return found


def _load_inside(path: Path, options: ReadOptions, table: RawTable, work: Path, progress: Progress) -> Source:
    """Load the unpacked file by its own kind. A zip in the zip may only be a workbook."""
    from datasets.ingest.loaders import load_source

    if find_kind(path) == "zip" and not is_office({member.filename for member in check_zip(path)}):
        raise Invalid("zip_is_no_workbook", count=1, names=[path.name])
    return load_source(path, options, table, work, progress)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, work: Path) -> Path:
    """The member as a file under a name of ours; its size was checked against the directory's."""
    target = work / "unpacked"
    try:
        with archive.open(member) as packed, target.open("wb") as file:
            shutil.copyfileobj(packed, file, 1 << 20)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise Invalid("zip_is_broken") from None
    return target


def _is_ignored(member: zipfile.ZipInfo) -> bool:
    return member.filename.startswith(IGNORED) or member.filename.rpartition("/")[2].startswith(IGNORED)


def _shown_name(member: zipfile.ZipInfo) -> str:
    """The name as the office sees it: old packers write GBK without saying so."""
    if member.flag_bits & UTF8_NAME:
        return member.filename
    raw = member.filename.encode("cp437", "replace")
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return member.filename
