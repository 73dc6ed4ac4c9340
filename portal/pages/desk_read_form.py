"""What may be set by hand before a delivered file is read (again): a form field for each option, there and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datasets.ingest.encodings import ENCODINGS
from datasets.ingest.masking import METHODS
from datasets.ingest.reading import Reading, ReadOptions
from portal.messages import problem_text
from portal.pages.desk_texts import in_words

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

DELIMITERS: dict[str, tuple[str, str]] = {
    ",": ("逗号 ,", "comma ,"),
    "\t": ("制表符", "TAB"),
    ";": ("分号 ;", "semicolon ;"),
    "|": ("竖线 |", "bar |"),
    "，": ("全角逗号 ，", "full-width comma ，"),
    "；": ("全角分号 ；", "full-width semicolon ；"),
    "、": ("顿号 、", "enumeration comma 、"),
    "^": ("脱字符 ^", "caret ^"),
    "~": ("波浪号 ~", "tilde ~"),
}
"""What a form offers; a file may be found to be separated by others."""
UNSHOWN_DELIMITERS: dict[str, tuple[str, str]] = {
    "  ": ("成列的空格", "columns of blanks"),
    " ": ("空格", "blank"),
    "\x01": ("控制符 0x01", "control sign 0x01"),
    "\x1f": ("控制符 0x1F", "control sign 0x1F"),
}
MENDED_BY: dict[str, str] = {
    "encoding_does_not_fit": "encoding",
    "encoding_not_found": "encoding",
    "encodings_are_mixed": "encoding",
    "unknown_encoding": "encoding",
    "text_is_damaged": "encoding",
    "delimiter_is_bad": "delimiter",
    "too_many_columns": "delimiter",
    "cell_is_too_long": "delimiter",
    "quote_never_closes": "delimiter",
    "worksheet_not_found": "sheet",
    "workbook_is_empty": "sheet",
    "worksheet_is_too_large": "sheet",
    "no_table_found": "header_row",
    "header_row_is_bad": "header_row",
    "masked_column_not_found": "masking",
    "masking_method_unknown": "masking",
    "all_columns_removed": "masking",
}
"""Code of a refusal → the field by which another reading may succeed."""
MAX_SHEET = 255
MAX_NAME = 400
"""Signs of a column's name that a form may send."""
MAX_MASKED = 2_000
"""Columns that a form may send."""


@dataclass(frozen=True, slots=True)
class ReadForm:
    """The fields with what was set by hand; blank means: find out, and `found_…` says what was found out."""

    encodings: tuple[tuple[str, str], ...]
    encoding: str
    found_encoding: str
    delimiters: tuple[tuple[str, str], ...]
    delimiter: str
    found_delimiter: str
    sheets: tuple[tuple[str, str], ...]
    """(name, name with rows × columns) of the tables that the file offers; empty where they are not known."""
    sheet: str
    found_sheet: str
    header_row: str
    header_row_count: str
    found_header: str
    has_no_header: bool
    withholds_original: bool
    masking: tuple[tuple[str, str], ...]
    """(column, method) as set by hand."""
    methods: tuple[tuple[str, str], ...]
    is_text: bool
    may_have_sheets: bool
    fields: tuple[tuple[str, str], ...]
    """All that was set by hand, as form fields: each form of the page sends along what it does not show."""
    mended_by: str
    """The field that a refusal speaks of, or ""."""
    error: str


def make_read_form(
    reading: Reading | None, problem: Mapping[str, Any] | None, options: ReadOptions, language: str
) -> ReadForm:
    """The form of a file that was read (`reading`), refused (`problem`), or neither yet."""
    sheets = reading.sheets if reading else _named_sheets(problem)
    mended_by = MENDED_BY.get(problem["code"], "") if problem else ""
    return ReadForm(
        encodings=tuple(ENCODINGS.items()),
        encoding=options.encoding or "",
        found_encoding=encoding_words(reading.encoding) if reading else "",
        delimiters=tuple((sign, in_words(words, language)) for sign, words in DELIMITERS.items()),
        delimiter=options.delimiter or "",
        found_delimiter=delimiter_words(reading.delimiter, language) if reading else "",
        sheets=tuple((sheet["name"], sheet_words(sheet, language)) for sheet in sheets),
        sheet=options.sheet or "",
        found_sheet=reading.sheet or "" if reading else "",
        header_row=str(options.header_row or ""),
        header_row_count=str(options.header_row_count or ""),
        found_header=header_words(reading) if reading else "",
        has_no_header=options.has_header is False,
        withholds_original=options.withholds_original,
        masking=tuple(options.masking.items()),
        methods=tuple((key, in_words((words[0], words[1]), language)) for key, words in METHODS.items()),
        is_text=reading.encoding is not None if reading else mended_by != "sheet",
        may_have_sheets=bool(sheets) or (reading is None and mended_by not in ("encoding", "delimiter")),
        fields=option_fields(options),
        mended_by=mended_by,
        error=problem_text(problem, language) if problem and mended_by else "",
    )


def parse_options(form: MultiDict[str, str]) -> ReadOptions:
    """What was chosen; blank means: find out. Values that no form offers are passed over.

    A sheet is taken by any name: one that the file lacks is refused with the names that it has.
    """
    encoding, delimiter = form.get("encoding", ""), form.get("delimiter", "")
    has_no_header = bool(form.get("has_no_header"))
    return ReadOptions(
        encoding=encoding if encoding in ENCODINGS else None,
        delimiter=delimiter if delimiter in DELIMITERS else None,
        sheet=form.get("sheet", "")[:MAX_SHEET] or None,
        header_row=None if has_no_header else _row(form.get("header_row")),
        header_row_count=None if has_no_header else _row(form.get("header_row_count")),
        has_header=False if has_no_header else None,
        masking=_masking(form),
        withholds_original=bool(form.get("withholds_original")),
    )


def option_fields(options: ReadOptions) -> tuple[tuple[str, str], ...]:
    """The form fields that `parse_options` makes into the same options again."""
    fields = [
        ("encoding", options.encoding),
        ("delimiter", options.delimiter),
        ("sheet", options.sheet),
        ("header_row", options.header_row),
        ("header_row_count", options.header_row_count),
        ("has_no_header", "1" if options.has_header is False else None),
        ("withholds_original", "1" if options.withholds_original else None),
    ]
    for place, (column, method) in enumerate(options.masking.items()):
        fields += [("mask_column", column), (f"mask_method-{place}", method)]
    return tuple((name, str(value)) for name, value in fields if value)


def encoding_words(codec: str | None) -> str:
    """What people call an encoding."""
    return ENCODINGS.get(codec or "", codec or "")


def delimiter_words(sign: str | None, language: str) -> str:
    """A delimiter by its name; one that has none stands for itself."""
    if not sign:
        return ""
    words = DELIMITERS.get(sign) or UNSHOWN_DELIMITERS.get(sign)
    return in_words(words, language) if words else sign


def header_words(reading: Reading) -> str:
    """The header's rows: "3" or "3–5"; "" where there is none."""
    ends = dict.fromkeys(reading.header_rows[:1] + reading.header_rows[-1:])
    return "–".join(map(str, ends))


def sheet_words(sheet: Mapping[str, Any], language: str) -> str:
    """A sheet with its size: 数据（120 行 × 8 列，隐藏）."""
    told = []
    if sheet.get("rows") or sheet.get("columns"):
        told.append(in_words(("{rows:,} 行 × {columns} 列", "{rows:,} rows × {columns} columns"), language))
    elif "rows" in sheet:
        told.append(in_words(("空", "empty"), language))
    if sheet.get("is_hidden"):
        told.append(in_words(("隐藏", "hidden"), language))
    if not told:
        return str(sheet["name"])
    frame = "{0}（{1}）" if language == "zh" else "{0} ({1})"
    size = "，".join(told) if language == "zh" else ", ".join(told)
    return frame.format(sheet["name"], size.format(rows=sheet.get("rows", 0), columns=sheet.get("columns", 0)))


def _named_sheets(problem: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    """The tables that a refusal names."""
    names = (problem or {}).get("params", {}).get("sheets", [])
    return [{"name": name} for name in names] if isinstance(names, list) else []


def _row(text: str | None) -> int | None:
    number = int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else 0
    return number or None


def _masking(form: MultiDict[str, str]) -> dict[str, str]:
    """Column → method: `mask_column` names each column, `mask_method-{place}` what is done to it.

    `also` are further columns that are ticked, all with the one method `also_method`.
    """
    columns = form.getlist("mask_column")[:MAX_MASKED]
    chosen = {column[:MAX_NAME]: form.get(f"mask_method-{place}", "") for place, column in enumerate(columns)}
    also = form.get("also_method", "")
    chosen |= {column[:MAX_NAME]: also for column in form.getlist("also")[:MAX_MASKED]}
    return {column: method for column, method in chosen.items() if method in METHODS}
