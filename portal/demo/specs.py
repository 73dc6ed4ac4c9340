"""What the demonstration district holds, read from `portal/demo_data`."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "demo_data"

NOT_METADATA = ("department", "state", "file", "deliveries", "reason", "return_reason", "registered_on", "masking")
"""Keys of an entry in entries.toml that are not fields of its metadata."""

FORMATS = {
    ".csv": ("spreadsheet", "csv"),
    ".geojson": ("self_described", "geojson"),
    ".xls": ("spreadsheet", "xls"),
    ".xlsx": ("spreadsheet", "xlsx"),
}
"""Ending of a file → category and type of its format in the catalog."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One data version: delivered `days` before today, holding the first `rows` rows of the file (None: all).

    `file` names an own file in `portal/demo_data/files`; without it the delivery is the entry's.
    """

    days: int
    rows: int | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class EntrySpec:
    """One demonstration entry: its metadata, its file, and the state it is to reach."""

    department: str
    state: str
    fields: dict[str, Any]
    file: Path | None
    deliveries: list[Delivery] = field(default_factory=list)
    reason: str | None = None
    registered_on: dt.date | None = None
    """The day on which it stood in the catalog, long before its data came."""
    masking: dict[str, str] = field(default_factory=dict)
    """What is done to personal data before its rows are stored: column → key of `masking.METHODS`."""

    def content(self, delivery: Delivery) -> tuple[str, bytes]:
        """File name and bytes of a delivery; a part of a file is cut after its rows, header included."""
        assert self.file is not None
        file = self.file.with_name(delivery.file) if delivery.file else self.file
        data = file.read_bytes()
        if delivery.rows is None:
            return file.name, data
        encoding = _encoding_of(data)
        rows = list(csv.reader(io.StringIO(data.decode(encoding))))
        part = io.StringIO()
        csv.writer(part, lineterminator="\r\n").writerows(rows[: delivery.rows + 1])
        return file.name, part.getvalue().encode(encoding)


def _encoding_of(data: bytes) -> str:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def read_specs() -> tuple[list[EntrySpec], dict[str, str]]:
    """All entries, and the English field name of each column header."""
    document = tomllib.loads((DATA / "entries.toml").read_text(encoding="utf-8"))
    return [_read_entry(entry) for entry in document["entry"]], document["columns"]


def read_departments() -> list[dict[str, str]]:
    """The district's bodies as named in its report."""
    text = (DATA / "departments.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def read_grid(name: str) -> list[list[str]]:
    """The cells of a list in `portal/demo_data`."""
    return list(csv.reader(io.StringIO((DATA / name).read_text(encoding="utf-8-sig"))))


def _read_entry(entry: dict[str, Any]) -> EntrySpec:
    file = DATA / "files" / entry["file"] if "file" in entry else None
    metadata = {key: value for key, value in entry.items() if key not in NOT_METADATA}
    return EntrySpec(
        department=entry["department"],
        state=entry["state"],
        fields={**_common_fields(file, entry["open_type"]), **metadata},
        file=file,
        deliveries=[Delivery(**delivery) for delivery in entry.get("deliveries", [])],
        reason=entry.get("reason") or entry.get("return_reason"),
        registered_on=entry.get("registered_on"),
        masking=entry.get("masking", {}),
    )


def _common_fields(file: Path | None, open_type: str) -> dict[str, Any]:
    """What every demonstration entry says alike: invented contacts, format and sharing that fit its file."""
    category, kind = FORMATS[file.suffix if file else ".xlsx"]
    is_closed = open_type == "closed"
    return {
        "contact_name": "演示联系人",
        "contact_phone": "0714-0000000",
        "contact_email": "contact@example.invalid",
        "format_category": category,
        "format_type": kind,
        "share_type": "none" if is_closed else "unconditional",
        "share_method": None if is_closed else "file",
        "share_condition": "不予共享,依据同不予开放依据。" if is_closed else None,
        "region_code": "420202",
    }
