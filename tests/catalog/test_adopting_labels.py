"""The mapping of other portals' lists against 300 lines that a person has read: see `adopting_labels.csv`."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from catalog.adopting_rows import Foreign, read_foreign, read_providers
from catalog.sheet.reading import read_sheet

LABELS = Path(__file__).with_name("adopting_labels.csv")
FIELDS = ("update_cycle", "open_type", "domain", "department")
LEAST_RIGHT = 0.95
REGIONS = {"jiangsu_lianyungang": "连云港市", "jiangxi_jiangxi": "江西省"}
"""Lists whose names of bodies leave out whose they are: an importer is told."""


def read_list(path: Path, now: dt.datetime) -> dict[int, Foreign]:
    """The rows of a list as the import understands them, by row."""
    reading = read_sheet(path, max_rows=10_000)
    providers = read_providers(reading, region=REGIONS.get(path.name.partition(".")[0]))
    rows = (read_foreign(reading, entry, today=now, providers=providers) for entry in reading.entries)
    return {row.row: row for row in rows}


@pytest.mark.shared
def test_ninety_five_of_a_hundred_lines_that_a_person_read_are_mapped_as_read(
    shared_data: Path, now: dt.datetime
) -> None:
    labels = defaultdict(list)
    with LABELS.open(encoding="utf-8", newline="") as file:
        for label in csv.DictReader(file):
            labels[label["portal"]].append(label)
    right: Counter[str] = Counter()
    misses = []
    for path in sorted((shared_data / "catalogs" / "cn").iterdir()):
        portal = path.name.partition(".")[0]
        rows = read_list(path, now)
        for label in labels[portal]:
            row = rows[int(label["row"])]
            got = {**{name: row.fields.get(name) or "" for name in FIELDS[:3]}, "department": row.provider}
            for name in FIELDS:
                if got[name] == label[name]:
                    right[name] += 1
                else:
                    misses.append(
                        f"{portal}:{label['row']} {label['title']}: {name} {got[name]!r}, read {label[name]!r}"
                    )
    count = sum(len(portal) for portal in labels.values())
    print("\n".join(misses), {name: f"{right[name]}/{count}" for name in FIELDS}, sep="\n")
    assert count == 300
    assert all(right[name] >= LEAST_RIGHT * count for name in FIELDS), misses
