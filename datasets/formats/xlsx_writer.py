"""Rows as an Excel workbook of one sheet. Text is always text: no formula, no link, no lost zero in an ID.

Integers, decimals and days are numbers of Excel with a format that shows them as they were delivered. Integers of more
than fifteen digits, which Excel would round, are text. A cell longer than Excel allows (32,767 UTF-16 units) is cut and
ends in "…". The sheet's XML is made by DuckDB and packed while it is made: four times as fast as writing cell by cell,
in the same small memory.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from datasets.columns import Column
from datasets.formats.lines import Layout, Opening, write_lines
from datasets.formats.streaming import streamed
from datasets.formats.workbook_parts import (
    DAY,
    MOMENT,
    PLAIN,
    SHEET_END,
    SHEET_PATH,
    column_letters,
    fixed_parts,
    sheet_start,
)
from datasets.formats.xml_text import CONTROL
from datasets.rows import Selection, open_rows, sql_text

MAX_CELL = 32_767
MAX_EXACT = 10**15
DAY_ZERO = dt.date(1899, 12, 30)
FIRST_DAY = dt.date(1900, 3, 1)
"""Excel counts a 29 February 1900; days before are written as text."""
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001  moments of a table have no zone
SECONDS_OF_A_DAY = 86_400
LEVEL = 3
"""Of zlib; parts opened by name bear the moment 1980-01-01, so that equal rows give equal bytes."""
TOLD_BY_CODE = CONTROL.removesuffix("]") + "\\r]"
LOOKS_LIKE_CODE = "_(x[0-9A-Fa-f]{4}_)"
"""Signs that XML cannot hold stand as _xHHHH_ (ECMA-376 part 1, 22.9.2.19); text that looks so already is guarded."""
_told_by_code = re.compile(TOLD_BY_CODE.replace("\\x{FFFE}", "\ufffe").replace("\\x{FFFF}", "\uffff"))
_looks_like_code = re.compile(LOOKS_LIKE_CODE)
TEXT_START, TEXT_END = '" t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>"
BOOLEAN_START, NUMBER_END = '" t="b"><v>', "</v></c>"


def write_rows(
    store: Path, columns: Sequence[Column], target: Path, *, rows: Selection, spill: Path | None = None
) -> int:
    """Write the rows of the row store at `store` to the new file `target`; gives their number. Bounded memory."""
    scales = _scales(store, columns, rows)
    formats = sorted({"0." + "0" * scale for scale in scales if scale})
    cells = _Cells(columns, [_style(column, scale, formats) for column, scale in zip(columns, scales, strict=True)])
    layout = Layout(
        sheet_start([_fit(column.name) for column in columns]), [""] * len(columns), cells.sql, cells.text, "",
        "</row>", opening=Opening("'<row r=\"' || n || '\">'", lambda _cells, line: f'<row r="{line}">'),
        is_numbered=True,
    )  # fmt: skip
    counts: list[int] = []

    def write(path: Path) -> None:
        counts.append(write_lines(store, columns, path, rows, layout, spill=spill))

    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for path, content in fixed_parts(formats):
            with archive.open(path, "w") as part:
                part.write(content.encode())
        with (
            archive.open(SHEET_PATH, "w", force_zip64=True) as part,
            streamed(write, target.with_name(target.name + ".sheet")) as pieces,
        ):
            for piece in pieces:
                part.write(piece)
            part.write(SHEET_END.encode())
    return counts[0]


class _Cells:
    """How the cells of each column look in the sheet's XML; a blank cell is no cell."""

    def __init__(self, columns: Sequence[Column], styles: Sequence[int]) -> None:
        self._starts = [f'<c r="{column_letters(place)}' for place in range(len(columns))]
        self._styles = [f'" s="{style}"><v>' for style in styles]

    def sql(self, cell: str, kind: str, place: int) -> str:
        """The whole cell as SQL; `n` is the row's number."""
        start = f"'{self._starts[place]}' || n || "
        text = f"{start}'{TEXT_START}' || {{}} || '{TEXT_END}'"
        if kind == "text":
            return text.format(f"({_escaped_sql(cell)})")
        if kind == "boolean":
            return f"{start}'{BOOLEAN_START}' || CAST({cell} AS INTEGER) || '{NUMBER_END}'"
        condition, value = _NUMBERS[kind]
        number = f"{start}'{self._styles[place]}' || {value.format(cell)} || '{NUMBER_END}'"
        printed = text.format(f"CAST({cell} AS VARCHAR)")
        return f"CASE WHEN {condition.format(cell)} THEN {number} ELSE {printed} END"

    def text(self, cell: str, kind: str, place: int, line: int) -> str:
        """The same from the printed cell."""
        start = f"{self._starts[place]}{line}"
        if kind == "boolean":
            return f"{start}{BOOLEAN_START}{int(cell == 'true')}{NUMBER_END}"
        number = _number(cell, kind)
        if number is not None:
            return f"{start}{self._styles[place]}{number}{NUMBER_END}"
        return f"{start}{TEXT_START}{_escaped(_fit(cell))}{TEXT_END}"


_SMALL = f"abs({{0}}) < {MAX_EXACT}"
_COUNTED = f"{{0}} >= DATE '{FIRST_DAY}'"
_NUMBERS = {
    "integer": (_SMALL, "CAST({0} AS VARCHAR)"),
    "decimal": (_SMALL, "CAST({0} AS VARCHAR)"),
    "date": (_COUNTED, f"date_diff('day', DATE '{DAY_ZERO}', {{0}})"),
    "datetime": (_COUNTED, f"(epoch({{0}}) / {SECONDS_OF_A_DAY} + {(EPOCH.date() - DAY_ZERO).days})"),
}
"""Column type → (condition on which Excel can hold it as a number, the number), both with {0} for the typed cell."""


def _number(cell: str, kind: str) -> str | None:
    """What `_NUMBERS` says, from the printed cell; None where it stays text."""
    if kind in ("integer", "decimal"):
        return cell if abs(Decimal(cell)) < MAX_EXACT else None
    if kind == "text":
        return None
    moment = dt.datetime.fromisoformat(cell)
    if moment.date() < FIRST_DAY:
        return None
    if kind == "date":
        return str((moment.date() - DAY_ZERO).days)
    return str((moment - EPOCH).total_seconds() / SECONDS_OF_A_DAY + (EPOCH.date() - DAY_ZERO).days)


def _escaped_sql(cell: str) -> str:
    """Text as XML; the comparisons spare nearly every cell the work."""
    codes = f"CASE WHEN regexp_matches(s, {sql_text(TOLD_BY_CODE)}) THEN printf('_x%04X_', unicode(s)) ELSE s END"
    fitted = f"CASE WHEN strlen({cell}) > {MAX_CELL} THEN {_fitted_sql(cell)} ELSE {cell} END"
    guarded = f"regexp_replace({fitted}, {sql_text(LOOKS_LIKE_CODE)}, '_x005F_\\1', 'g')"
    told = f"array_to_string(list_transform(string_split({guarded}, ''), lambda s: {codes}), '')"
    rare = f"strlen({cell}) > {MAX_CELL} OR regexp_matches({cell}, {sql_text(TOLD_BY_CODE + '|' + LOOKS_LIKE_CODE)})"
    marked = f"contains({cell}, '&') OR contains({cell}, '<') OR contains({cell}, '>')"
    return f"CASE WHEN {rare} THEN {_marks_sql(told)} WHEN {marked} THEN {_marks_sql(cell)} ELSE {cell} END"


def _marks_sql(text: str) -> str:
    return f"replace(replace(replace({text}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"


def _escaped(text: str) -> str:
    """The same in Python, for text that fits."""
    told = _told_by_code.sub(lambda sign: f"_x{ord(sign[0]):04X}_", _looks_like_code.sub(r"_x005F_\1", text))
    return told.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fitted_sql(cell: str) -> str:
    """Excel counts a sign beyond U+FFFF twice; where a cell is cut, each of them in it is counted off."""
    twice = f"length(regexp_replace({cell}, '[^\\x{{10000}}-\\x{{10FFFF}}]', '', 'g'))"
    is_long = f"length({cell}) + {twice} > {MAX_CELL}"
    return f"CASE WHEN {is_long} THEN left({cell}, greatest({MAX_CELL - 1} - {twice}, 0)) || '…' ELSE {cell} END"


def _fit(text: str) -> str:
    """The same in Python."""
    if len(text) <= MAX_CELL // 2:
        return text
    twice = sum(sign > "\uffff" for sign in text)
    return text if len(text) + twice <= MAX_CELL else text[: max(MAX_CELL - 1 - twice, 0)] + "…"


def _style(column: Column, scale: int | None, formats: Sequence[str]) -> int:
    if column.type == "decimal" and scale:
        return MOMENT + 1 + formats.index("0." + "0" * scale)
    return {"date": DAY, "datetime": MOMENT}.get(column.type, PLAIN)


def _scales(store: Path, columns: Sequence[Column], rows: Selection) -> list[int | None]:
    """Digits after the point of each DECIMAL column, such as 2 for DECIMAL(18,2); None for other types."""
    selected = ", ".join(column.physical for column in columns)
    with open_rows(store) as connection:
        statement = f"DESCRIBE SELECT {selected} FROM {rows.source}{rows.tail()}"
        described = connection.execute(statement, list(rows.params)).fetchall()
    types = [str(row[1]) for row in described]
    return [int(kind.rstrip(")").rsplit(",", 1)[1]) if kind.startswith("DECIMAL") else None for kind in types]
