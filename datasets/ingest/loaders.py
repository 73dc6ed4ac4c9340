"""Which module loads which kind of file. One row in LOADERS is one more kind that offices can deliver."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

from datasets.ingest.file_kinds import find_kind
from datasets.ingest.raw_table import RawTable
from datasets.ingest.reading import ReadOptions
from datasets.ingest.source import Source
from datasets.sandbox import Progress

Load = Callable[[Path, ReadOptions, RawTable, Path, Progress], Source]
"""(file, options, table to fill, folder for scratch files, progress) → what was understood."""

LOADERS: dict[str, str] = {
    "html": "datasets.ingest.html_file:load_html",
    "json": "datasets.ingest.json_file:load_json",
    "parquet": "datasets.ingest.parquet_file:load_parquet",
    "text": "datasets.ingest.text_file:load_text",
    "xml": "datasets.ingest.xml_file:load_xml",
    "zip": "datasets.ingest.zip_file:load_zip",
    "xls": "datasets.ingest.workbook_file:load_xls",
}
"""Kind as `file_kinds.find_kind` tells it → "module:function", imported when it is used."""


def load_source(path: Path, options: ReadOptions, table: RawTable, work: Path, progress: Progress) -> Source:
    """Put the records of the file at `path` into `table`. Raises Invalid or TooLarge with a code for a clerk."""
    module, _, name = LOADERS[find_kind(path)].partition(":")
    load: Load = getattr(importlib.import_module(module), name)
    return load(path, options, table, work, progress)
