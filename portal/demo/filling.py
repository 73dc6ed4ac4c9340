"""Fills the portal's own Excel template the way a clerk does: by the headers, below the example rows."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

HEADER_ROW = 4
FIRST_ROW = 8
"""Rows of the template: title, hint, groups, headers, three example rows."""


def fill_template(template: bytes, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The template with one row per mapping of header → value; marks of required columns in headers are ignored.

    Raises KeyError for a header that the template does not have.
    """
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(template))
    sheet = book.worksheets[0]
    places = {str(cell.value).rstrip("*△"): cell.column for cell in sheet[HEADER_ROW] if cell.value}
    for offset, row in enumerate(rows):
        for header, value in row.items():
            sheet.cell(FIRST_ROW + offset, places[header], value)
    filled = io.BytesIO()
    book.save(filled)
    return filled.getvalue()
