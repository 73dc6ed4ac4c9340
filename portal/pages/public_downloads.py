"""The formats in which a page offers rows, each with a word on whom it is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from datasets.columns import Column
from datasets.formats import FORMATS, formats_for

COMMON = ("csv", "xlsx", "json")
"""Shown as buttons; the others stand under “more formats”."""
OLD_SOFTWARE = "gb18030"


@dataclass(frozen=True, slots=True)
class DownloadChoice:
    """One download: the ending of its address, what stands before the row parameters, its name, whom it is for."""

    ending: str
    parameters: str
    name: str
    label: str
    use: str
    byte_size: int | None = None
    """Where it is known before the file is made: for the whole CSV."""


@dataclass(frozen=True, slots=True)
class DownloadMenu:
    """The downloads of one table or answer."""

    common: tuple[DownloadChoice, ...]
    more: tuple[DownloadChoice, ...]


def make_download_menu(columns: Sequence[Column], language: str, *, csv_bytes: int | None = None) -> DownloadMenu:
    """What is offered for rows of `columns`; `csv_bytes` is the size of the CSV where it is known."""
    offered = [one.key for one in formats_for(columns)]
    choices = {key: _choice(key, language, csv_bytes if key == "csv" else None) for key in offered}
    common = tuple(choice for key, choice in choices.items() if key in COMMON)
    others = tuple(choice for key, choice in choices.items() if key not in COMMON)
    return DownloadMenu(common, (_csv_for_old_software(language), *others))


def _choice(key: str, language: str, byte_size: int | None) -> DownloadChoice:
    format_ = FORMATS[key]
    is_english = language == "en"
    return DownloadChoice(
        ending=key,
        parameters="",
        name="GeoJSON" if key == "geojson" else key.upper(),
        label=format_.en if is_english else format_.zh,
        use=format_.use_en if is_english else format_.use_zh,
        byte_size=byte_size,
    )


def _csv_for_old_software(language: str) -> DownloadChoice:
    is_english = language == "en"
    return DownloadChoice(
        ending="csv",
        parameters=f"_encoding={OLD_SOFTWARE}",
        name="CSV GB18030",
        label="CSV in GB18030" if is_english else "GB18030 编码的 CSV",
        use="for old software that garbles UTF-8" if is_english else "供打开 UTF-8 会乱码的旧软件使用",
    )
