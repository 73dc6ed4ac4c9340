"""A list of departments, from a file, written into the table: good rows are taken though others are bad."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.credit_code import normalise_credit_code
from catalog.departments import COLUMNS, create_department, squeeze, update_department
from catalog.errors import Conflict, Invalid, Problem
from catalog.models import Department
from catalog.permissions import Actor, require_allowed
from catalog.vocabularies import simplify


@dataclass(frozen=True, slots=True)
class DepartmentImport:
    """What an import of departments did; `problems` name their place as "row N", counted with the header."""

    created: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    problems: tuple[Problem, ...]


def import_departments(
    session: Session, rows: Iterable[Mapping[str, str | None]], *, by: Actor, now: dt.datetime
) -> DepartmentImport:
    """Create and update departments from a list whose headers are those of COLUMNS or their aliases.

    A row is the department of the same name, or of the same credit code. Good rows are taken though others are bad;
    an empty cell leaves a value as it is; a department that is not listed is untouched.
    """
    require_allowed(by, "department.manage")
    done: dict[str, list[str]] = {"created": [], "updated": [], "unchanged": []}
    problems: list[Problem] = []
    for number, row in enumerate(rows, start=2):
        values = _by_field(row)
        if not values:
            continue
        try:
            outcome = _import_row(session, values, by, now)
        except (Invalid, Conflict) as error:
            found = error.problems if isinstance(error, Invalid) else []
            found = found or [Problem("", error.code, **error.params)]
            problems += [Problem(f"row {number}", problem.code, **problem.params) for problem in found]
            continue
        done[outcome].append(values.get("name") or "")
    return DepartmentImport(tuple(done["created"]), tuple(done["updated"]), tuple(done["unchanged"]), tuple(problems))


def _by_field(row: Mapping[str, str | None]) -> dict[str, str]:
    spelling = {simplify(alias): field for field, aliases in COLUMNS.items() for alias in aliases}
    found: dict[str, str] = {}
    for header, value in row.items():
        field = spelling.get(simplify(header or ""))
        if field is not None and isinstance(value, str) and value.strip():
            found.setdefault(field, value)
    return found


def _import_row(session: Session, values: dict[str, str], by: Actor, now: dt.datetime) -> str:
    name = squeeze(values.get("name", ""))
    query = select(Department).where(Department.name == name)
    known = session.scalars(query).one_or_none()
    if known is None and values.get("credit_code"):
        code = normalise_credit_code(values["credit_code"])
        known = session.scalars(select(Department).where(Department.credit_code == code)).one_or_none()
    if known is None:
        create_department(session, **{"name": "", **values}, by=by, now=now)  # type: ignore[arg-type]
        return "created"
    before = {field: getattr(known, field) for field in COLUMNS}
    update_department(session, known.id, by=by, now=now, **values)
    return "unchanged" if before == {field: getattr(known, field) for field in COLUMNS} else "updated"
