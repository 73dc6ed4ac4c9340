"""Faults that show only when the rows of a sheet are seen together, or beside what the catalog holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.credit_code import check_credit_code, normalise_credit_code
from catalog.departments import DepartmentNames
from catalog.models import Department, Entry
from catalog.sheet.basis import Basis
from catalog.sheet.columns import COLUMNS
from catalog.sheet.interpreting import Draft
from catalog.sheet.reading import CellProblem, ProblemKind, SheetReading
from catalog.sheet.values import shown
from catalog.vocabularies import simplify

SHORT_CODE = 6
"""A code with fewer characters is probably a serial number and not a 信息资源代码."""
DRAG_RUN = 3
"""So many titles that differ only in a number counting up by one were made by dragging the fill handle."""
_COUNTED = re.compile(r"(.*?\D)(\d{1,6})")
_IN_QUERY = 500


def check_columns(reading: SheetReading) -> list[CellProblem]:
    """Required columns that the sheet does not have: one warning for the whole sheet."""
    missing = [
        column.header
        for column in COLUMNS.values()
        if column.field and column.field.required and not reading.has(column.name) and column.name != "license"
    ]
    if not missing:
        return []
    return [CellProblem("", 0, "", "columns_are_missing", {"columns": "、".join(missing)}, "warning")]


def check_provider(
    reading: SheetReading, draft: Draft, department: Department, names: DepartmentNames
) -> list[CellProblem]:
    """The provider's cells must name the department for which the sheet is imported, where there are such columns.

    Any of its names will do (`DepartmentNames.find`); a 统一社会信用代码 is checked when present.
    """
    problems = []
    named, code = draft.read.text("provider"), draft.read.text("provider_code")
    if reading.has("provider") and not named:
        problems.append(_at(reading, draft, "provider", "provider_is_missing", department=department.name))
    elif named and names.find(named) != department.id:
        problems.append(
            _at(reading, draft, "provider", "provider_is_another", value=shown(named), department=department.name)
        )
    return problems + _check_provider_code(reading, draft, department, normalise_credit_code(code))


def _check_provider_code(reading: SheetReading, draft: Draft, department: Department, code: str) -> list[CellProblem]:
    if not code:
        return []
    fault = check_credit_code(code)
    if fault:
        return [_at(reading, draft, "provider_code", fault, credit_code=code)]
    expected = department.credit_code
    if expected and code != expected:
        facts = {"value": code, "department": department.name, "expected": expected}
        return [_at(reading, draft, "provider_code", "provider_code_is_another", kind="error", **facts)]
    return []


def check_titles(reading: SheetReading, drafts: Sequence[Draft], bases: Sequence[Basis]) -> list[CellProblem]:
    """Titles that repeat (exactly, or but for blanks and punctuation) and titles made by drag-fill: warnings."""
    return [*_repeats(reading, drafts, bases), *_dragged(reading, drafts)]


def _repeats(reading: SheetReading, drafts: Sequence[Draft], bases: Sequence[Basis]) -> Iterator[CellProblem]:
    first: dict[str, Draft] = {}
    known = {simplify(basis.title): basis for basis in bases if basis.state != "withdrawn"}
    for draft in drafts:
        key = simplify(draft.title)
        if not key:
            continue
        if first.setdefault(key, draft) is not draft:
            other = first[key]
            params = {"other": shown(other.read.text("title")), "first": _cell(reading, other, "title")}
            yield _at(reading, draft, "title", "title_repeats", kind="warning", **params)
        elif key in known and known[key].title != draft.title and not draft.read.text("marker"):
            yield _at(reading, draft, "title", "title_is_near", kind="warning", other=known[key].title)


def _dragged(reading: SheetReading, drafts: Sequence[Draft]) -> Iterator[CellProblem]:
    """Runs of neighbouring titles "目录1, 目录2, 目录3": what Excel makes of a dragged corner."""
    run: list[tuple[Draft, str, int]] = []
    for draft in drafts:
        match = _COUNTED.fullmatch(draft.title)
        if match and run and run[-1][1] == match[1] and run[-1][2] + 1 == int(match[2]):
            run.append((draft, match[1], int(match[2])))
            continue
        yield from _report_run(reading, run)
        run = [(draft, match[1], int(match[2]))] if match else []
    yield from _report_run(reading, run)


def _report_run(reading: SheetReading, run: Sequence[tuple[Draft, str, int]]) -> Iterator[CellProblem]:
    if len(run) < DRAG_RUN:
        return
    for draft, stem, _ in run:
        params = {"stem": shown(stem), "count": len(run)}
        yield _at(reading, draft, "title", "title_is_dragged", kind="warning", **params)


def check_codes(
    session: Session, reading: SheetReading, drafts: Sequence[Draft], bases: Sequence[Basis]
) -> list[CellProblem]:
    """信息资源代码 that repeat, belong to another department's entry, or are oddly short or long among the others."""
    coded = [(draft, str(draft.fields["code"])) for draft in drafts if draft.fields.get("code")]
    own = {basis.code for basis in bases}
    taken = _taken(session, {code for _, code in coded if code not in own})
    lengths = Counter(len(code) for _, code in coded)
    usual, share = lengths.most_common(1)[0] if lengths else (0, 0)
    first: dict[str, Draft] = {}
    problems = []
    for draft, code in coded:
        if code in taken:
            problems.append(_at(reading, draft, "code", "code_taken", value=code))
        if first.setdefault(code, draft) is not draft and first[code].title != draft.title:
            problems.append(
                _at(reading, draft, "code", "code_repeats", value=code, first=_cell(reading, first[code], "code"))
            )
        if len(code) < SHORT_CODE:
            problems.append(_at(reading, draft, "code", "code_is_short", kind="warning", value=code, limit=SHORT_CODE))
        elif len(code) != usual and share * 2 > len(coded) > 2:
            params = {"value": code, "length": len(code), "usual": usual}
            problems.append(_at(reading, draft, "code", "code_length_is_odd", kind="warning", **params))
    return problems


def _taken(session: Session, codes: set[str]) -> set[str]:
    found: set[str] = set()
    wanted = sorted(codes)
    for start in range(0, len(wanted), _IN_QUERY):
        part = wanted[start : start + _IN_QUERY]
        found.update(code for code in session.scalars(select(Entry.code).where(Entry.code.in_(part))) if code)
    return found


def _cell(reading: SheetReading, draft: Draft, column: str) -> str:
    row = draft.read.cells[column][0] if column in draft.read.cells else draft.read.row
    return reading.address(column, row)


def _at(
    reading: SheetReading, draft: Draft, column: str, code: str, *, kind: ProblemKind = "error", **params: Any
) -> CellProblem:
    facts: Mapping[str, Any] = params
    return CellProblem(_cell(reading, draft, column), draft.read.row, column, code, dict(facts), kind)
