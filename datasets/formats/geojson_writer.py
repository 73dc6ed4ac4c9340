"""Rows with coordinates as a GeoJSON FeatureCollection (RFC 7946), one feature a line.

Properties are the row as JSON shows it (see `json_text`), but for a column of geometries, which becomes the geometry. A
row whose coordinates are blank or no degrees has the geometry null, so that no row is lost. `places` says which columns
count, and what about the datum.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from datasets.columns import Column
from datasets.formats.json_text import BLANK, labels, value_sql, value_text
from datasets.formats.lines import Layout, Opening, close_array, write_lines
from datasets.formats.places import find_places
from datasets.rows import Selection

FEATURE, PROPERTIES = '{"type":"Feature","geometry":', ',"properties":'


def write_rows(
    store: Path, columns: Sequence[Column], target: Path, *, rows: Selection, spill: Path | None = None
) -> int:
    """Write the rows of the row store at `store` to the new file `target`; gives their number. Bounded memory.

    `columns` must hold coordinates: `find_places` says whether they do.
    """
    places = find_places(columns)
    assert places is not None
    shown = [column for column in columns if column != places.geometry] or list(columns)
    opening = Opening(
        f"concat('{FEATURE}', {places.as_sql()}, '{PROPERTIES}')",
        lambda cells, _line: FEATURE + places.as_text(cells) + PROPERTIES,
        places.columns,
    )
    head = '{"type":"FeatureCollection","features":['
    layout = Layout(head, labels(shown), value_sql, value_text, BLANK, "}},", opening)
    count = write_lines(store, shown, target, rows, layout, spill=spill)
    close_array(target, "]}\n")
    return count
